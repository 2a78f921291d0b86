import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease, Store } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { start } from './support/child.ts'
import { newFolder, plain } from './support/folder.ts'
import { atEveryCall } from './support/interrupted.ts'

const HASH = 'a-hash'
const MS = 60_000
const OLD = plain(HASH, 'old')

/** What may happen while a process steals a lease by its id. */
interface Rival {
  readonly act: (store: Store<'sync'>, victim: Lease<'sync'>) => Lease<'sync'> | boolean | undefined
  /** How many of all that hold a lease, or publish, may succeed at the end. */
  readonly publishes: readonly number[]
}

const RIVALS: Record<string, Rival> = {
  'its holder publishes': { act: (_, victim) => victim.publish(plain(HASH, 'victim')), publishes: [1] },
  'its holder gives it back': { act: (_, victim) => void victim.release(), publishes: [0, 1] },
  'the entry is set': { act: (store) => void store.set(plain(HASH, 'set')), publishes: [0] },
  'the entry is deleted': { act: (store) => void store.delete(HASH), publishes: [0] },
  'all is cleared': { act: (store) => void store.clear(), publishes: [0] },
  'another one steals it by the same id': {
    act: (store, victim) => store.lease!(HASH, MS, { steal: victim.id! }),
    publishes: [1],
  },
  'another one steals it from any holder': { act: (store) => store.lease!(HASH, MS, { steal: true }), publishes: [1] },
  'another one asks for it': { act: (store) => store.lease!(HASH, MS), publishes: [1] },
}

for (const holder of ['lives', 'has died']) {
  describe.each(Object.entries(RIVALS))(`where the holder ${holder} and %s`, (_, { act, publishes }) => {
    const room = () => {
      const dir = newFolder()
      const other = diskStore(dir).open('f')
      other.set(OLD)
      const lease = other.lease!(HASH, MS)!
      return { dir, other, victim: holder === 'lives' ? lease : dead(dir, lease) }
    }

    test('at any step of the theft, no lease is held twice and nothing that ended it is undone', () => {
      const calls = atEveryCall((fileSystem, interrupt, nth) => {
        const { dir, other, victim } = room()
        const thief = diskStore(dir, { fileSystem }).open('f')
        let result: ReturnType<Rival['act']>
        let hasActed = false
        interrupt(() => {
          hasActed = true
          result = act(other, victim)
        })
        const stolen = thief.lease!(HASH, MS, { steal: victim.id! })
        interrupt(() => {})
        // The lease of a dead holder may be swept away in between, and then it is free.
        const allowed = [...(hasActed ? publishes : [1]), ...(holder === 'has died' ? [0] : [])]
        expect(allowed, `at call ${nth}`).toContain(successes(stolen, result))
      })
      expect(calls).toBeGreaterThan(5)
    })

    test('the theft, at any step of it, takes no lease twice and undoes nothing that ended it', () => {
      atEveryCall((fileSystem, interrupt, nth) => {
        const { dir, other, victim } = room()
        let stolen: Lease<'sync'> | undefined
        interrupt(() => {
          stolen = other.lease!(HASH, MS, { steal: victim.id! })
        })
        // The victim's own methods go by its own file system: they are one call each.
        const result = act(diskStore(dir, { fileSystem }).open('f'), victim)
        interrupt(() => {})
        expect([...publishes, ...(stolen === undefined ? [0, 1] : [])], `at call ${nth}`).toContain(
          successes(stolen, result),
        )
      })
    })
  })
}

test('of eight processes that steal from one holder again and again, one gets each lease', async () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  const thieves = Array.from({ length: 8 }, () => start('thief', dir, HASH))
  await Promise.all(thieves.map((thief) => thief.line('ready')))
  for (let round = 0; round < 20; round++) {
    const victim = store.lease!(HASH, MS)!
    for (const thief of thieves) thief.process.stdin!.write(`${victim.id}\n`)
    const replies = await Promise.all(thieves.map((thief) => thief.line(victim.id!)))
    expect(replies.filter((line) => line.endsWith('published'))).toHaveLength(1)
    expect(victim.publish(plain(HASH, 'victim'))).toBe(false)
    expect(store.get(HASH)?.payload).toBe(victim.id)
  }
  for (const thief of thieves) thief.process.stdin!.end()
  await Promise.all(thieves.map((thief) => thief.ended))
})

/** How many succeed if all that may have the lease now publish. */
function successes(...results: ReturnType<Rival['act']>[]): number {
  return results.filter((result) =>
    typeof result === 'object' ? result.publish(plain(HASH, 'computed')) : result === true,
  ).length
}

/** The same lease, of a process that runs no more. */
function dead(dir: string, lease: Lease<'sync'>): Lease<'sync'> {
  const id = lease.id!.replace(`-${process.pid}-`, '-4194304-')
  for (const shard of readdirSync(join(dir, '.persist')).filter((name) => name.length === 1)) {
    if (readdirSync(join(dir, '.persist', shard)).includes(lease.id!)) {
      renameSync(join(dir, '.persist', shard, lease.id!), join(dir, '.persist', shard, id))
      const published = diskStore(dir).open('f')
      const path = join(dir, '.persist', shard, id)
      return {
        id,
        renew: () => false,
        release: () => removed(path),
        publish: (entry) => moved(path, () => published.set(entry)),
      }
    }
  }
  throw new Error('there is no such token')
}

/** As a late rename of the dead process would do: it has its own name for the token, which is gone with this one. */
function moved(path: string, set: () => void): boolean {
  try {
    renameSync(path, `${path}.gone`)
  } catch {
    return false
  }
  set()
  return true
}

function removed(path: string): void {
  try {
    renameSync(path, `${path}.gone`)
  } catch {}
}
