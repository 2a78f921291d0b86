import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Child } from '../../../test/support/child.ts'
import { Environment } from '../src/environment.ts'

/** The byte of the write lock whose first bit says that a thread waits: for glibc on x64. */
const WAITERS_AT = 67

const isKnown = process.platform === 'linux' && process.arch === 'x64' && isGlibc()
if (!isKnown) console.warn('SKIPPED "the write lock": its bytes are known here for glibc on x64')

describe.runIf(isKnown)('the write lock', () => {
  let folder: string
  let environment: Environment
  let file: number
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
    environment = new Environment(folder, false)
    environment.change(() => {})
    file = openSync(join(folder, 'lock.mdb'), 'r+')
  })
  afterEach(() => {
    environment.close()
    closeSync(file)
    rmSync(folder, { recursive: true })
  })

  test('says that a thread waits as long as something is changed, so that its release wakes', () => {
    expect(waiters()).toBe(0)
    environment.change(() => expect(waiters()).toBe(0x80))
    expect(waiters()).toBe(0)
  })

  test('is written to by way of LMDB alone, also after it was closed and opened again', () => {
    environment.close()
    environment.change(() => expect(waiters()).toBe(0x80))
    expect(waiters()).toBe(0)
  })

  test('wakes a process whose waking was lost in the death of another, with the next change', async () => {
    const child = new Child(new URL('./children/writer.mjs', import.meta.url), folder)
    await child.says('ready')
    environment.change(() => {
      forget()
      child.send('write')
      // It marks the lock, and sleeps a moment later.
      until(() => waiters() !== 0)
      until(() => isAsleep(child.process.pid!))
      forget()
    })
    environment.change(() => {})
    await child.says('written')
    expect(await child.ended).toBe(0)
  })

  function waiters(): number {
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, WAITERS_AT)
    return byte[0]!
  }

  /** What is left when who took the lock had not waited for it. */
  function forget(): void {
    writeSync(file, Uint8Array.of(0), 0, 1, WAITERS_AT)
  }
})

/** Rests the thread, since a change is made in one go, until it is so; gives up after half a minute or more. */
function until(isSo: () => boolean): void {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  for (let rests = 0; !isSo(); rests++) {
    expect(rests).toBeLessThan(30_000)
    Atomics.wait(cell, 0, 0, 1)
  }
}

function isAsleep(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.startsWith('S')
}

function isGlibc(): boolean {
  return (
    (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime !==
    undefined
  )
}
