import { existsSync, lutimesSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { Layout, namespaceId } from '../src/folder/layout.ts'
import { newFolder, plain } from './support/folder.ts'

const HASH = 'a-hash'
const MS = 30_000
const HOUR = 3_600_000
const BOOT = '0a1b2c3d4e5f'

let dir: string
/** The time of the machine's boot clock, in milliseconds. */
let now: number
let started: number

beforeEach(() => {
  dir = newFolder()
  now = 5 * HOUR
  diskStore(dir).open('f').set(plain('other'))
})

/** The lease of a host that has died. */
function leaveLease(): string {
  const shard = new Layout(dir).shardOf(HASH)
  mkdirSync(shard, { recursive: true })
  const path = join(shard, `${namespaceId('f')}-${HASH}-lease${MS}-0123456789ab-42-42-1-abc.0`)
  writeFileSync(path, '')
  const longAgo = (Date.now() - 48 * HOUR) / 1000
  lutimesSync(path, longAgo, longAgo)
  return path
}

/** A process of this machine: its own monotonic clock begins with it. */
function newProcess({ boot = BOOT, shared = true } = {}) {
  started = now
  const from = started
  const clock = {
    now: () => Date.now(),
    monotonic: () => now - from,
    shared: shared ? { boot, now: () => now } : undefined,
  }
  return diskStore(dir, { clock }).open('f')
}

/** Asks every 100 ms for 5 seconds, and is killed. */
function tries(store: ReturnType<typeof newProcess>): boolean {
  for (let asked = 0; asked < 50; asked++, now += 100) if (store.lease!(HASH, MS) !== undefined) return true
  return false
}

function filesOfMachines(): string[] {
  return readdirSync(join(dir, '.persist')).filter((name) => name.startsWith('silent-'))
}

describe('processes that live for five seconds each', () => {
  test.each([10_000, 20_000, 60_000, 24 * HOUR])(
    'every %s ms take the lease that a dead host has left once they have seen it unchanged for its time',
    (interval) => {
      leaveLease()
      const began = now
      let processes = 1
      for (; !tries(newProcess()); processes++) {
        expect(processes).toBeLessThan(10)
        now = started + interval
      }
      expect(now - began).toBeGreaterThanOrEqual(MS)
      expect(processes).toBeGreaterThanOrEqual(3)
      expect(now - began).toBeLessThanOrEqual(Math.max(2 * MS, 2 * interval))
    },
  )

  test('never take the lease of a host that renews it', () => {
    const token = leaveLease()
    let seconds = 1000
    for (let process = 0; process < 50; process++) {
      expect(tries(newProcess())).toBe(false)
      lutimesSync(token, ++seconds, seconds)
      now += HOUR
    }
  })

  test('do not take a lease that could not be renewed while the machine slept', () => {
    leaveLease()
    tries(newProcess())
    now += 8 * HOUR
    expect(tries(newProcess())).toBe(false)
  })

  test('sweep the token away with a prune, where no one asks for its lease', () => {
    const token = leaveLease()
    for (const isThere of [true, true, false]) {
      newProcess().prune(0)
      expect(existsSync(token)).toBe(isThere)
      now += HOUR
    }
  })

  test('prove nothing to another machine, nor after the machine has started again', () => {
    leaveLease()
    for (let process = 0; process < 2; process++, now += HOUR) expect(tries(newProcess())).toBe(false)
    expect(tries(newProcess({ boot: 'ffffffffffff' }))).toBe(false)
    now += HOUR
    expect(tries(newProcess())).toBe(true)
  })

  test('each watch for themselves where the machine has no clock that they share', () => {
    leaveLease()
    for (let process = 0; process < 5; process++, now += HOUR) expect(tries(newProcess({ shared: false }))).toBe(false)
    expect(filesOfMachines()).toEqual([])
  })

  test('trust no time that is yet to come, and no line that is not theirs', () => {
    leaveLease()
    for (let process = 0; process < 2; process++, now += HOUR) tries(newProcess())
    const file = join(dir, '.persist', filesOfMachines()[0]!)
    const [key] = readFileSync(file, 'latin1').split(' ')
    writeFileSync(file, `nonsense\n${key} -5 1 9\n${key} 0 99999999999999 99\n${'x'.repeat(10_000)}`)
    expect(tries(newProcess())).toBe(false)
  })
})

test('what machines that are gone have seen goes after a week, and nothing else does', () => {
  const paths = ['silent-aaaaaaaaaaaa', 'silent-bbbbbbbbbbbb', 'silent-notes'].map((name) =>
    join(dir, '.persist', name),
  )
  for (const path of paths) writeFileSync(path, '')
  for (const path of [paths[0]!, paths[2]!]) lutimesSync(path, 1000, 1000)
  leaveLease()
  newProcess().lease!(HASH, MS)
  expect(paths.map((path) => existsSync(path))).toEqual([false, true, true])
})
