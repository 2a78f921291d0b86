import { describe, expect, test } from 'vitest'
import { Semaphore } from '../src/semaphore.ts'

const LONG = 60_000

describe('a semaphore', () => {
  test('runs as many as it has permits, the others in order when one ends', async () => {
    const semaphore = new Semaphore(2)
    const begun: number[] = []
    const ends: (() => void)[] = []
    const passing = [0, 1, 2, 3].map((number) =>
      semaphore.run(LONG, () => {
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

  test('makes room when an operation fails', async () => {
    const semaphore = new Semaphore(1)
    const failing = semaphore.run(LONG, () => Promise.reject(new Error('no')))
    const next = semaphore.run(LONG, async () => 'in')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('in')
  })

  test('rejects what waits, and nothing that runs', async () => {
    const semaphore = new Semaphore(1)
    let end = () => {}
    const inside = semaphore.run(LONG, () => new Promise<string>((resolve) => (end = () => resolve('done'))))
    const outside = semaphore.run(LONG, async () => 'in')
    semaphore.rejectWaiting(new Error('closed'))
    await expect(outside).rejects.toThrow('closed')
    end()
    expect(await inside).toBe('done')
    expect(await semaphore.run(LONG, async () => 'in again')).toBe('in again')
  })

  test('bounds the wait outside', async () => {
    const semaphore = new Semaphore(1)
    let end = () => {}
    const inside = semaphore.run(1, () => new Promise<void>((resolve) => (end = resolve)))
    await expect(semaphore.run(1, async () => 'in')).rejects.toThrow(/no answer/)
    end()
    await inside
    expect(await semaphore.run(1, async () => 'in again')).toBe('in again')
  })
})

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
