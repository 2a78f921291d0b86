import { LeaseObserver } from '@persist/store/kit'
import { beforeEach, expect, test } from 'vitest'

const MS = 1000
let now = 0
const monotonic = () => now
beforeEach(() => {
  now = 5_000
})

test('a state that stays the same is unchanged since the first look, and another state starts again', () => {
  const observer = new LeaseObserver({ monotonic })
  expect(observer.unchangedFor('a', 'x')).toBe(0)
  now += MS
  expect(observer.unchangedFor('a', 'x')).toBe(MS)
  expect(observer.unchangedFor('a', 'y')).toBe(0)
  now += 1
  expect(observer.unchangedFor('a', 'y')).toBe(1)
  expect(observer.unchangedFor('b', 'y')).toBe(0)
})

test('a lease that was forgotten is watched from its next look on', () => {
  const observer = new LeaseObserver({ monotonic })
  observer.unchangedFor('a', 'x')
  expect(observer.has('a')).toBe(true)
  observer.forget('a')
  expect([observer.has('a'), observer.size]).toEqual([false, 0])
  now += MS
  expect(observer.unchangedFor('a', 'x')).toBe(0)
})

test('mayBeUnchangedFor is no look: it goes by the last one', () => {
  const observer = new LeaseObserver({ monotonic })
  expect(observer.mayBeUnchangedFor('a', 0)).toBe(false)
  observer.unchangedFor('a', 'x')
  now += MS
  expect(observer.mayBeUnchangedFor('a', MS)).toBe(true)
  expect(observer.mayBeUnchangedFor('a', MS + 1)).toBe(false)
})

test('the time that other processes have seen counts', () => {
  const observer = new LeaseObserver({ monotonic, seenBefore: (_name, _state, ms) => ms / 2 })
  expect(observer.unchangedFor('a', 'x', MS)).toBe(MS / 2)
  now += MS
  expect(observer.unchangedFor('a', 'x', MS)).toBe(1.5 * MS)
})

test('long names that differ at the end are different leases', () => {
  const observer = new LeaseObserver({ monotonic })
  const long = 'x'.repeat(5_000)
  observer.unchangedFor(`${long}1`, 'x')
  expect(observer.has(`${long}1`)).toBe(true)
  expect(observer.has(`${long}2`)).toBe(false)
})

test('100,000 are watched at once, and of more than can be watched each lease time gives some up', () => {
  const observer = new LeaseObserver({ monotonic })
  const names = Array.from({ length: 100_000 }, (_, number) => `token-${number}`)
  for (const name of names) expect(observer.unchangedFor(name, 'x')).toBe(0)
  now += MS
  for (const name of names) expect(observer.unchangedFor(name, 'x')).toBe(MS)

  const few = new LeaseObserver({ monotonic, maxWatched: 100 })
  const left = new Set(names.slice(0, 1000))
  for (let rounds = 0; left.size > 0; rounds++) {
    expect(rounds).toBeLessThan(12)
    for (const name of left) {
      if (few.unchangedFor(name, 'x') < MS) continue
      few.forget(name)
      left.delete(name)
    }
    expect(few.size).toBeLessThanOrEqual(100)
    now += MS
  }
})

test('a lease without a look for long makes room', () => {
  const observer = new LeaseObserver({ monotonic, maxWatched: 100 })
  for (let number = 0; number < 100; number++) observer.unchangedFor(`old-${number}`, 'x')
  now += 3_600_000
  observer.unchangedFor('new', 'x')
  now += MS
  expect(observer.unchangedFor('new', 'x')).toBe(MS)
})
