import { type LeaseRecord, RecordObserver, readLeaseRecord } from '@persist/store/kit'
import { beforeEach, describe, expect, test } from 'vitest'

const MS = 30_000
const HOUR = 3_600_000
const BOOT = '0a1b2c3d4e5f'

/** The time of the machine's boot clock, in milliseconds. */
let now: number
let started: number
/** The lease of a host that has died, as the store keeps it. */
let record: LeaseRecord
let written: number

beforeEach(() => {
  now = 5 * HOUR
  record = { id: 'a', ms: MS, beat: 4 }
  written = 0
})

/** A process of this machine: its own monotonic clock begins with it. */
function newProcess(boot: string | undefined = BOOT): RecordObserver {
  started = now
  const from = started
  return new RecordObserver({
    monotonic: () => now - from,
    shared: () => (boot === undefined ? undefined : { boot, now: () => now }),
  })
}

/** Asks every 100 ms for 5 seconds, and is killed. */
function tries(observer: RecordObserver): boolean {
  for (let asked = 0; asked < 50; asked++, now += 100) {
    const { isLost, seen } = observer.look('n', record, MS)
    if (isLost) return true
    if (seen === undefined) continue
    written++
    record = readLeaseRecord(JSON.parse(JSON.stringify({ ...record, seen })))!
  }
  return false
}

describe('processes that live for five seconds each', () => {
  test.each([10_000, 20_000, 60_000, 24 * HOUR])(
    'every %s ms take the lease that a dead host has left once they have seen it unchanged for its time',
    (interval) => {
      const began = now
      let processes = 1
      for (; !tries(newProcess()); processes++) {
        expect(processes).toBeLessThan(10)
        now = started + interval
      }
      expect(now - began).toBeGreaterThanOrEqual(MS)
      expect(processes).toBeGreaterThanOrEqual(3)
      expect(now - began).toBeLessThanOrEqual(Math.max(2 * MS, 2 * interval + 5_000))
      expect(written).toBeLessThanOrEqual(3)
    },
  )

  test('never take the lease of a host that renews it', () => {
    for (let process = 0; process < 50; process++) {
      expect(tries(newProcess())).toBe(false)
      // An older version keeps the note when it renews.
      record = readLeaseRecord({ ...record, beat: record.beat + 1 })!
      now += HOUR
    }
  })

  test('do not take a lease that could not be renewed while the machine slept', () => {
    tries(newProcess())
    now += 8 * HOUR
    expect(tries(newProcess())).toBe(false)
  })

  test('prove nothing to another machine, nor after the machine has started again', () => {
    for (let process = 0; process < 2; process++, now += HOUR) expect(tries(newProcess())).toBe(false)
    expect(tries(newProcess('ffffffffffff'))).toBe(false)
    now += HOUR
    expect(tries(newProcess())).toBe(true)
  })

  test('each watch for themselves where the machine has no clock that they share', () => {
    for (let process = 0; process < 5; process++, now += HOUR) {
      const alone = new RecordObserver({ monotonic: () => now - started })
      started = now
      expect(tries(alone)).toBe(false)
    }
    expect(record.seen).toBeUndefined()
  })

  test('trust no time that is yet to come, and no note of another form', () => {
    const late = 6 * HOUR
    const odd = [
      { [BOOT]: [0, late, 9] },
      { [BOOT]: [late, 1, 9] },
      { [BOOT]: [-1, 1, 9] },
      { [BOOT]: [0, 1, 1e300] },
      { [BOOT]: ['0', '1', '9'] },
      { [BOOT]: { since: 0, looked: 1, looks: 9 } },
      { 'a b': [0, 1, 9] },
      [[0, 1, 9]],
      null,
      5,
    ]
    for (const by of odd) {
      record = readLeaseRecord({ id: 'a', ms: MS, beat: 4, seen: { beat: 4, by } })!
      expect(tries(newProcess()), JSON.stringify(by)).toBe(false)
      now = 5 * HOUR
    }
    record = readLeaseRecord({ id: 'a', ms: MS, beat: 4, seen: { beat: 3, by: { [BOOT]: [0, 1, 9] } } })!
    expect(tries(newProcess())).toBe(false)
  })
})

test('a holder that ends its lease soon costs those who wait no note', () => {
  const observer = newProcess()
  for (const end = now + MS / 30; now < end; now += 100)
    expect(observer.look('n', record, MS)).toEqual({ isLost: false })
})

test('a record keeps what the last eight machines have seen', () => {
  for (let machine = 0; machine < 20; machine++) tries(newProcess(`boot-${machine}`))
  expect(Object.keys(record.seen!.by)).toEqual(Array.from({ length: 8 }, (_, index) => `boot-${index + 12}`))
})

test('with a thousand dead leases a process notes at most fifty in a second', () => {
  const observer = newProcess()
  let notes = 0
  for (let second = 0; second < 5; second++, now += 1_000) {
    for (let lease = 0; lease < 1_000; lease++, now += 0.1) {
      if (observer.look(`n${lease}`, record, MS).seen !== undefined) notes++
    }
  }
  expect(notes).toBeGreaterThan(0)
  expect(notes).toBeLessThanOrEqual(5 * 50)
})
