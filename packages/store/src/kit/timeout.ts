/** The time was over before the answer came. */
export class TimeoutError extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`)
  }
}

/** A wait lasts for so many turns of the event loop at least. */
const TURNS = 10

/**
 * The result of an operation, or a {@link TimeoutError} after `ms` milliseconds. The process stays alive meanwhile, because a
 * call waits for the result. Time in which the process was busy does not count: the answer may lie in its socket.
 *
 * @example
 * ```ts
 * await withTimeout(2_000, async () => 'answer')   // 'answer'
 * ```
 */
export function withTimeout<T>(ms: number, act: () => Promise<T>): Promise<T> {
  let left = ms
  return inTurns(ms, act, (passed) => {
    left -= passed
    return left <= 0
  })
}

/**
 * The result of an operation, or a {@link TimeoutError} as soon as `isOver` says so. It is asked about ten times in `ms`
 * milliseconds, and once in a turn of the event loop at most: a busy process reads what has come once in each turn, and an
 * answer may need several, as to connect and to ask.
 *
 * @param isOver Gets the milliseconds that count since it was asked last.
 */
export function inTurns<T>(ms: number, act: () => Promise<T>, isOver: (passed: number) => boolean): Promise<T> {
  const most = ms / TURNS
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const next = () => {
      const since = performance.now()
      timer = setTimeout(() => {
        if (isOver(Math.min(most, performance.now() - since))) reject(new TimeoutError(ms))
        else next()
      }, most)
    }
    next()
    act()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
