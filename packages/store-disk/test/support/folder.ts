import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '@persist/store'
import { afterEach } from 'vitest'

const made: string[] = []

const undone: (() => void)[] = []

afterEach(() => {
  for (const undo of undone.splice(0).reverse()) undo()
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder, gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'persist-disk-'))
  made.push(folder)
  return folder
}

/** What is to be done after the test, before its folders are removed. */
export function afterwards(undo: () => void): void {
  undone.push(undo)
}

/** An entry with little in it. */
export function plain(hash: string, payload: string | Uint8Array = `payload of ${hash}`): Entry {
  return { hash, payload, createdAt: 1_700_000_000_000 }
}
