import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'
import { Lockstep } from './support/lockstep.ts'

// Two threads, call by call, in orders that are drawn: what one interruption alone cannot show.

const HASH = 'a-hash'
const SCHEDULES = process.env.PERSIST_SOAK ? 20_000 : 300

let threads: Lockstep
beforeAll(() => {
  threads = new Lockstep(2)
})
afterAll(() => threads.end())

/** Numbers that are the same for the same seed (xorshift32). */
function drawn(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

test.each(['delete', 'clear'])('what a %s has deleted does not come back from a prune that held it aside', (method) => {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const draw = drawn(seed)
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    store.set({ ...plain(HASH, 'expired'), expiresAt: 1 })
    threads.begin(0, { dir, method: 'prune', hash: HASH })
    // The entry is replaced while the prune looks at it, or before, or after.
    for (let steps = draw(14); steps > 0; steps--) threads.step(0)
    store.set(plain(HASH, 'new'))
    threads.begin(1, { dir, method, hash: HASH })
    threads.finish(draw)
    expect(store.get(HASH), `seed ${seed}`).toBeUndefined()
    const left = readdirSync(join(dir, '.persist'), { recursive: true }).map(String)
    expect(
      left.filter((name) => /^[0-9a-f]\//.test(name)),
      `seed ${seed}`,
    ).toEqual([])
  }
})

test.each(['steal', 'ask'])('of a thief by id and one who comes to %s at the same time not both publish', (method) => {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const draw = drawn(seed)
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    const victim = store.lease!(HASH, 60_000)!
    threads.begin(0, { dir, method: 'steal', hash: HASH, id: victim.id! })
    threads.begin(1, { dir, method, hash: HASH, id: victim.id! })
    threads.finish(draw)
    for (const index of [0, 1]) {
      threads.begin(index, { dir, method: 'publish', hash: HASH })
      threads.finish(draw)
    }
    const count = [0, 1].filter((index) => threads.hasPublished(index)).length
    expect(count, `seed ${seed}`).toBe(1)
    expect(victim.publish(plain(HASH, 'late')), `seed ${seed}`).toBe(false)
  }
})

test.each(['delete', 'clear'])('a thief by id cannot publish after a %s at the same time', (method) => {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const draw = drawn(seed)
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    store.set(plain(HASH, 'old'))
    const victim = store.lease!(HASH, 60_000)!
    threads.begin(0, { dir, method: 'steal', hash: HASH, id: victim.id! })
    threads.begin(1, { dir, method, hash: HASH })
    threads.finish(draw)
    threads.begin(0, { dir, method: 'publish', hash: HASH })
    threads.finish(draw)
    expect(threads.hasPublished(0), `seed ${seed}`).toBe(false)
    expect(victim.publish(plain(HASH, 'late')), `seed ${seed}`).toBe(false)
    expect(store.get(HASH), `seed ${seed}`).toBeUndefined()
  }
})
