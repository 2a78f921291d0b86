/** The time was over before the answer came. */
export class TimeoutError extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`)
  }
}

/** A process that was busy for the whole time reads the answers that lie in its sockets within this time. */
const GRACE_MS = 50

/**
 * The result of an operation, or a {@link TimeoutError} after `ms` milliseconds. The process stays alive meanwhile, because a
 * call waits for the result.
 *
 * @example
 * ```ts
 * await withTimeout(2_000, async () => 'answer')   // 'answer'
 * ```
 */
export function withTimeout<T>(ms: number, act: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      timer = setTimeout(() => reject(new TimeoutError(ms)), GRACE_MS)
    }, ms)
    act()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
