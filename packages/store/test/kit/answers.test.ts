import { Answers, TimeoutError } from '@persist/store/kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const MS = 1_000
const MOST = 10_000

describe('a wait for an answer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const after = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms))
  const outcome = (waiting: Promise<unknown>) => waiting.catch((error: unknown) => error)

  test('ends if no operation is answered', async () => {
    const silent = outcome(new Answers().wait(after(MOST), { ms: MS, most: MOST }))
    await vi.advanceTimersByTimeAsync(MOST)
    expect(await silent).toBeInstanceOf(TimeoutError)
  })

  test('goes on while others are answered, and ends even then', async () => {
    const answers = new Answers()
    const times = Array.from({ length: 40 }, (_, index) => (index + 1) * 0.5 * MS)
    const all = times.map((ms) => outcome(answers.wait(after(ms), { ms: MS, most: MOST })))
    await vi.advanceTimersByTimeAsync(2 * MOST)
    const found = await Promise.all(all)
    const inTime = times.filter((ms) => ms < MOST)
    expect(found.slice(0, inTime.length)).toEqual(inTime)
    expect(found.at(-1)).toBeInstanceOf(TimeoutError)
  })

  test('fails as the operation does', async () => {
    const failing = new Answers().wait(Promise.reject(new Error('refused')), { ms: MS, most: MOST })
    await expect(failing).rejects.toThrow('refused')
  })
})
