import { describe, expect, test, vi } from 'vitest'
import { BusyError, Semaphore } from '../src/semaphore.ts'

const LONG = 60_000
const USUAL_MS = 100

describe('a semaphore', () => {
  test('runs as many as it has permits, the others in order when one ends', async () => {
    const semaphore = new Semaphore(2, USUAL_MS)
    const begun: number[] = []
    const ends: (() => void)[] = []
    const passing = [0, 1, 2, 3].map((number) =>
      semaphore.run({ ms: LONG }, () => {
        begun.push(number)
        return new Promise<void>((end) => ends.push(end))
      }),
    )
    expect(begun).toEqual([0, 1])
    ends[1]!()
    await passing[1]
    await settled()
    expect(begun).toEqual([0, 1, 2])
    for (let index = 0; index < 4; index++) {
      ends[index]?.()
      await settled()
    }
    await Promise.all(passing)
    expect(begun).toEqual([0, 1, 2, 3])
  })

  test('runs what is for a result before all others, and lets it wait for longer', async () => {
    vi.useFakeTimers()
    const semaphore = new Semaphore(1, USUAL_MS)
    let end = () => {}
    const inside = semaphore.run({ ms: 100 }, () => new Promise<void>((resolve) => (end = resolve)))
    const begun: string[] = []
    const late = semaphore.run({ ms: 1 }, async () => begun.push('late'))
    const other = semaphore.run({ ms: LONG }, async () => begun.push('other'))
    const forResult = semaphore.run({ ms: 1, isForResult: true }, async () => begun.push('for a result'))
    const isRejected = expect(late).rejects.toThrow(BusyError)
    await vi.advanceTimersByTimeAsync(30)
    await isRejected
    end()
    await Promise.all([inside, other, forResult])
    expect(begun).toEqual(['for a result', 'other'])
    vi.useRealTimers()
  })

  test('does not count the time in which the process was busy', async () => {
    const semaphore = new Semaphore(1, USUAL_MS)
    let end = () => {}
    const inside = semaphore.run({ ms: LONG }, () => new Promise<void>((resolve) => (end = resolve)))
    const results = [1, 2].map((number) => semaphore.run({ ms: 2, isForResult: true }, async () => number))
    // One answer is there in the next turn of the event loop, before which timers block the process for longer than the queue lasts.
    const cell = new Int32Array(new SharedArrayBuffer(4))
    for (let ms = 2; ms < 8; ms++) setTimeout(() => void Atomics.wait(cell, 0, 0, 60), ms)
    setTimeout(() => setImmediate(end), 1)
    expect(await Promise.all([inside, ...results])).toEqual([undefined, 1, 2])
  })

  test('makes room when an operation fails', async () => {
    const semaphore = new Semaphore(1, USUAL_MS)
    const failing = semaphore.run({ ms: LONG }, () => Promise.reject(new Error('no')))
    const next = semaphore.run({ ms: LONG }, async () => 'in')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('in')
  })

  test('rejects what waits, and nothing that runs', async () => {
    const semaphore = new Semaphore(1, USUAL_MS)
    let end = () => {}
    const inside = semaphore.run({ ms: LONG }, () => new Promise<string>((resolve) => (end = () => resolve('done'))))
    const outside = semaphore.run({ ms: LONG }, async () => 'in')
    semaphore.rejectWaiting(new Error('closed'))
    await expect(outside).rejects.toThrow('closed')
    end()
    expect(await inside).toBe('done')
    expect(await semaphore.run({ ms: LONG }, async () => 'in again')).toBe('in again')
  })

  test('bounds the wait outside', async () => {
    const semaphore = new Semaphore(1, USUAL_MS)
    let end = () => {}
    const inside = semaphore.run({ ms: 1 }, () => new Promise<void>((resolve) => (end = resolve)))
    await expect(semaphore.run({ ms: 1 }, async () => 'in')).rejects.toThrow(/no connection was free/)
    end()
    await inside
    expect(await semaphore.run({ ms: 1 }, async () => 'in again')).toBe('in again')
  })
})

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
