import { expect, test } from 'vitest'
import { type UnsavedResult, UnsavedResults } from '../src/state/unsaved-results.ts'

const MIB = 1024 * 1024

function results() {
  const [stored, dropped]: [string[], string[]] = [[], []]
  const unsaved = new UnsavedResults()
  const keep = (name: string, { bytes = 1, durationMs = 1 }: Partial<UnsavedResult> = {}) =>
    unsaved.keep(name, {
      bytes,
      durationMs,
      isRefresh: false,
      store: () => void stored.push(name),
      replaced: () => {},
      drop: () => void dropped.push(name),
    })
  return { unsaved, keep, stored, dropped }
}

test('of more than 1,000 results those go first that took the least time to compute', () => {
  const { unsaved, keep, stored, dropped } = results()
  for (let number = 0; number < 1_003; number++) keep(`${number}`, { durationMs: number === 500 ? 0.5 : number + 1 })
  expect(dropped).toEqual(['500', '0', '1'])
  unsaved.storeAll()
  expect(stored).toHaveLength(1_000)
})

test('a lease that is to be released takes no place of a result, and the latest 10,000 of them are kept', () => {
  const { unsaved, keep, stored, dropped } = results()
  for (let number = 0; number < 1_000; number++) keep(`${number}`)
  const released: number[] = []
  for (let number = 0; number < 10_001; number++)
    unsaved.keepEnd(`${number}`, {
      store: () => void released.push(number),
      drop: () => void dropped.push(`${number}`),
    })
  unsaved.storeAll()
  expect([stored.length, released.length, dropped]).toEqual([1_000, 10_000, ['0']])
})

test('results of more than 64 MiB in all are not kept, and one alone that is larger is not either', () => {
  const { keep, dropped } = results()
  keep('large', { bytes: 64 * MIB, durationMs: 3_600_000 })
  keep('small', { bytes: 1 })
  expect(dropped).toEqual(['small'])
  keep('larger', { bytes: 64 * MIB + 1, durationMs: 7_200_000 })
  expect(dropped).toEqual(['small', 'large', 'larger'])
})

test('a result is stored once, and a synchronous store has all of them at once', () => {
  const { unsaved, keep, stored } = results()
  for (let number = 0; number < 20; number++) keep(`${number}`)
  unsaved.storeAll()
  expect(stored).toHaveLength(20)
  unsaved.storeAll()
  unsaved.dropAll()
  expect(stored).toHaveLength(20)
})

test('results that are kept again while they are stored wait for the next time', async () => {
  const unsaved = new UnsavedResults()
  let tries = 0
  const keep = () =>
    unsaved.keep('a', {
      bytes: 1,
      durationMs: 1,
      isRefresh: false,
      store,
      replaced() {},
      drop() {},
    })
  const store = async () => {
    if (++tries < 3) keep()
  }
  keep()
  for (let time = 1; time <= 5; time++) {
    unsaved.storeAll()
    await new Promise(setImmediate)
    expect(tries).toBe(Math.min(time, 3))
  }
})

test('a result that is asked for does not wait for its turn: those before it may wait for the one who asks', async () => {
  const unsaved = new UnsavedResults()
  const stored: string[] = []
  const keep = (name: string, before: () => unknown) =>
    unsaved.keep(name, {
      bytes: 1,
      durationMs: 1,
      isRefresh: false,
      store: async () => {
        await before()
        stored.push(name)
      },
      replaced() {},
      drop() {},
    })
  for (let number = 0; number < 20; number++) keep(`${number}`, () => unsaved.storing('last'))
  keep('last', () => {})
  let isDeleted = false
  unsaved.keepDeletion('deletion', {
    askedAt: 0,
    deletes: () => false,
    begin: () => void unsaved.storing('last'),
    store: async () => {
      await new Promise(setImmediate)
      expect(stored).toEqual([])
      isDeleted = true
    },
    drop() {},
  })
  unsaved.storeAll()
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect([isDeleted, stored.length, stored[0]]).toEqual([true, 21, 'last'])
})

test('a result that is kept again and again keeps a process alive no longer', async () => {
  const { unsaved, keep } = results()
  let now = 0
  const clock = {
    monotonic: () => now,
    async sleep(ms: number) {
      now += ms
      void unsaved.keepAlive(0, 5_000, clock)
    },
  }
  keep('a')
  await unsaved.keepAlive(0, 5_000, clock)
  expect(now).toBe(5_000)
})

test('results keep a process alive until they are stored, no longer than one took to compute, and half a minute at most', async () => {
  const { unsaved, keep } = results()
  let now = 0
  let atStep = () => {}
  const clock = {
    monotonic: () => now,
    sleep: async (ms: number) => {
      now += ms
      atStep()
    },
  }
  await unsaved.keepAlive(0, 1_000, clock)
  expect(now).toBe(0)
  keep('a')
  await unsaved.keepAlive(0, 1_000, clock)
  expect(now).toBe(1_000)
  await unsaved.keepAlive(now, 3_600_000, clock)
  expect(now).toBe(31_000)
  atStep = () => {
    if (now === 36_000) unsaved.storeAll()
  }
  await unsaved.keepAlive(now, 3_600_000, clock)
  expect(now).toBe(36_000)
})

test('results keep a process alive for a bounded number of steps if the clock of a test stands still', async () => {
  const { unsaved, keep } = results()
  let steps = 0
  const clock = {
    monotonic: () => 0,
    sleep: async () => {
      steps++
    },
  }
  keep('a')
  await unsaved.keepAlive(0, 3_600_000, clock)
  expect(steps).toBe(300)
})

test('a deletion that fails again takes no place of a later one of the same entries, which deletes more', async () => {
  const unsaved = new UnsavedResults()
  const done: number[] = []
  const keep = (askedAt: number, store: () => void) =>
    unsaved.keepDeletion('deletion', { askedAt, deletes: () => false, begin() {}, store, drop() {} })
  keep(1, () => {
    keep(2, () => void done.push(2))
    keep(1, () => void done.push(1))
  })
  await unsaved.storeAll()
  await unsaved.storeAll()
  expect(done).toEqual([2])
})
