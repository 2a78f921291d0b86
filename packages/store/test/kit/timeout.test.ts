import { Answers, TimeoutError, withTimeout } from '@persist/store/kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const MS = 1_000
const SHORT_MS = 40
const BUSY_MS = 100
const never = () => new Promise<never>(() => {})

describe('a wait', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('ends when its time is over, and not before', async () => {
    let error: unknown
    withTimeout(MS, never).catch((thrown) => {
      error = thrown
    })
    await vi.advanceTimersByTimeAsync(0.9 * MS)
    expect(error).toBeUndefined()
    await vi.advanceTimersByTimeAsync(0.3 * MS)
    expect(error).toBeInstanceOf(TimeoutError)
  })

  test('has the result of the operation, or its error, and leaves no timer', async () => {
    expect(await withTimeout(MS, async () => 'answer')).toBe('answer')
    await expect(withTimeout(MS, async () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a wait of a process that is busy for longer than it lasts, in each turn of the event loop', () => {
  /** An answer that takes some turns, as to connect and to ask does. */
  async function answerInTurns(): Promise<string> {
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
    }
    return 'answer'
  }

  test('gets the answer', async () => {
    expect(await withTimeout(SHORT_MS, answerInTurns)).toBe('answer')
  })

  test('gets it among other answers, too', async () => {
    const answers = new Answers()
    await answers.wait(Promise.resolve('first'), { ms: SHORT_MS, most: SHORT_MS })
    expect(await answers.wait(answerInTurns(), { ms: SHORT_MS, most: SHORT_MS })).toBe('answer')
  })
})
