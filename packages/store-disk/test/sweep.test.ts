import { existsSync, lutimesSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { thisHolder } from '@persist/store/holder'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

const self = thisHolder()
const HOUR = 3_600_000

function tokens(dir: string): string[] {
  return readdirSync(join(dir, '.persist'), { recursive: true })
    .map(String)
    .filter((name) => /^[0-9a-f]\//.test(name))
}

function plant(dir: string, name: string, ageMs = 0): string {
  const shard = join(dir, '.persist', '0')
  mkdirSync(shard, { recursive: true })
  writeFileSync(join(shard, name), 'half')
  const time = (Date.now() - ageMs) / 1000
  lutimesSync(join(shard, name), time, time)
  return join(shard, name)
}

const name = (kind: string, host: string, pid: number) => `0123456789ab-x-${kind}-${host}-${pid}-${pid}-1-abc.0`

test('the next writes remove the tokens of dead writers, and a prune removes them at once', () => {
  const dir = newFolder()
  diskStore(dir).open('f').set(plain('a-hash'))
  plant(dir, name('set', self.host, 4_194_304))
  plant(dir, name('lease30000', self.host, 4_194_304))
  // The first writes of a process sweep one shard each, from a random one on: 16 writes reach all of them.
  const store = diskStore(dir).open('f')
  for (let number = 0; number < 16; number++) store.set(plain(`b-hash-${number}`))
  expect(tokens(dir)).toEqual([])
  const left = plant(dir, name('set', self.host, 4_194_304))
  store.prune(0)
  expect(existsSync(left)).toBe(false)
})

test('the lease of a live writer, a lease of another host from an hour ago, and a foreign file stay', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  store.set(plain('a-hash'))
  const lease = store.lease!('b-hash', 60_000)!
  const kept = [plant(dir, name('lease30000', '0123456789ab', 42), HOUR), plant(dir, 'theirs.txt', 1000 * HOUR)]
  store.prune(0)
  expect(kept.map((path) => existsSync(path))).toEqual([true, true])
  expect(lease.publish(plain('b-hash'))).toBe(true)
})

test('if the clock is a day ahead, a sweep removes only leases of other hosts that are silent by the monotonic clock', () => {
  const dir = newFolder()
  let monotonic = 0
  const clock = { now: () => Date.now() + 25 * HOUR, monotonic: () => monotonic }
  const store = diskStore(dir, { clock }).open('f')
  store.set(plain('a-hash'))
  const live = plant(dir, name('lease30000', '0123456789ab', 42))
  const dead = plant(dir, name('lease30000', '0123456789ab', 43))
  for (let quarter = 0; quarter < 45; quarter++) {
    store.prune(0)
    expect(
      [live, dead].map((path) => existsSync(path)),
      `after ${quarter} quarters`,
    ).toEqual([true, quarter < 40])
    const beat = Date.now() / 1000 + quarter
    lutimesSync(live, beat, beat)
    monotonic += 7500
  }
})
