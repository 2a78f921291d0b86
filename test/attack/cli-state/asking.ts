import { createHash } from 'node:crypto'
import type { Entry, StoreAdapter } from '@persist/store'
import { expect } from 'vitest'
import { checkOutcome, type Scene } from './commands.ts'
import { pictureOf } from './folder-picture.ts'

/** The answer of a command that succeeds. */
export function ask(scene: Scene, ...args: string[]): Promise<unknown> {
  return askFor(scene, [0], ...args)
}

export async function askFor(scene: Scene, codes: readonly number[], ...args: string[]): Promise<unknown> {
  const outcome = await scene.run(['-c', scene.cache, '-y', '--json', ...args])
  checkOutcome(args, outcome, codes, true)
  return JSON.parse(outcome.stdout)
}

export async function refused(scene: Scene, code: number, ...args: string[]): Promise<void> {
  checkOutcome(args, await scene.run(['-c', scene.cache, '-y', '--json', ...args]), [code], true)
}

/** Checks that `act` changes, creates and removes nothing in the cache's folder. */
export async function unchanged({ cache }: Scene, act: () => Promise<void>): Promise<void> {
  const before = pictureOf(cache)
  await act()
  expect(pictureOf(cache)).toEqual(before)
}

/** All entries of a cache, with digests in place of their payloads, which are faster to compare. */
export function contentsOf(adapter: StoreAdapter<'sync'>): Map<string, Entry> {
  const found = new Map<string, Entry>()
  for (const name of adapter.namespaces!()) {
    for (const entry of adapter.open(name).entries()) {
      const payload = `${typeof entry.payload} ${createHash('sha256').update(entry.payload).digest('hex')}`
      found.set(`${name} ${entry.hash}`, { ...entry, payload })
    }
  }
  adapter.close()
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}
