import { TimeoutError } from '@persist/store/kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SlowError, Timeout } from '../src/timeout.ts'

const WAIT_MS = 1000

describe('a timeout', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const timeout = () => new Timeout(WAIT_MS, () => Date.now())
  const never = () => new Promise<never>(() => {})
  const outcome = (waiting: Promise<unknown>) => {
    const seen = { is: 'waiting' as unknown }
    waiting.then(
      (value) => (seen.is = value),
      (error) => (seen.is = error),
    )
    return seen
  }

  test('ends when its time is over, and not before', async () => {
    const seen = outcome(timeout().limit({ ms: WAIT_MS }, never))
    await vi.advanceTimersByTimeAsync(0.9 * WAIT_MS)
    expect(seen.is).toBe('waiting')
    await vi.advanceTimersByTimeAsync(0.2 * WAIT_MS)
    expect(seen.is).toBeInstanceOf(TimeoutError)
  })

  test('lets an operation see that no call waits any more', async () => {
    let over: () => boolean = () => false
    const seen = outcome(
      timeout().limit({ ms: WAIT_MS }, (isOver) => {
        over = isOver
        return never()
      }),
    )
    expect(over()).toBe(false)
    await vi.advanceTimersByTimeAsync(2 * WAIT_MS)
    expect([over(), seen.is]).toEqual([true, expect.any(TimeoutError)])
  })

  test('does not end for a process that was busy or stopped meanwhile', async () => {
    const seen = outcome(timeout().limit({ ms: WAIT_MS }, never))
    // The clock runs on, the event loop does not.
    vi.setSystemTime(Date.now() + 10 * WAIT_MS)
    await vi.advanceTimersByTimeAsync(0.5 * WAIT_MS)
    expect(seen.is).toBe('waiting')
    await vi.advanceTimersByTimeAsync(WAIT_MS)
    expect(seen.is).toBeInstanceOf(TimeoutError)
  })

  test('lasts four times as long while others are answered, and ends even then', async () => {
    const one = timeout()
    const seen = outcome(one.limit({ ms: WAIT_MS }, never))
    const answer = () => one.limit({ ms: WAIT_MS }, async () => 'answer')
    for (let passed = 0; passed < 3 * WAIT_MS; passed += 10) {
      await answer()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(seen.is).toBe('waiting')
    for (let passed = 0; passed < 2 * WAIT_MS; passed += 10) {
      await answer()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(seen.is).toBeInstanceOf(SlowError)
  })

  test('is longer for a result while others are answered, and ends if they are not answered either', async () => {
    const one = timeout()
    const seen = outcome(one.limit({ ms: WAIT_MS, isForResult: true }, never))
    for (let passed = 0; passed < 20 * WAIT_MS; passed += 10) {
      await one.limit({ ms: WAIT_MS }, async () => 'answer')
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(seen.is).toBe('waiting')
    await vi.advanceTimersByTimeAsync(10 * WAIT_MS)
    expect(seen.is).toBeInstanceOf(TimeoutError)
  })

  test('is longer for an answer that turns out to be large', async () => {
    const seen = outcome(timeout().limit({ ms: WAIT_MS, more: async () => 2 * WAIT_MS }, never))
    await vi.advanceTimersByTimeAsync(2.5 * WAIT_MS)
    expect(seen.is).toBe('waiting')
    await vi.advanceTimersByTimeAsync(WAIT_MS)
    expect(seen.is).toBeInstanceOf(TimeoutError)
  })

  test('is longer while the line carries much for others, and ends even then', async () => {
    const one = timeout()
    const seen = outcome(one.limit({ ms: WAIT_MS }, never))
    one.limit({ ms: WAIT_MS, more: async () => 2 * WAIT_MS }, never).catch(() => {})
    await vi.advanceTimersByTimeAsync(2.5 * WAIT_MS)
    expect(seen.is).toBe('waiting')
    for (let other = 0; other < 60; other++) {
      one.limit({ ms: WAIT_MS, more: async () => WAIT_MS }, never).catch(() => {})
      await vi.advanceTimersByTimeAsync(WAIT_MS)
    }
    expect(seen.is).toBeInstanceOf(TimeoutError)
  })

  test('leaves no timer', async () => {
    const one = timeout()
    await one.limit({ ms: WAIT_MS }, async () => 'answer')
    await vi.advanceTimersByTimeAsync(10 * WAIT_MS)
    expect(vi.getTimerCount()).toBe(0)
  })
})
