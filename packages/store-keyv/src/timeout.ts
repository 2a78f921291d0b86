/** The wait was over before the answer was there. */
export class TimeoutError extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`)
  }
}

/** In which a process that was busy for all of the wait reads the answers that lie in its sockets. */
const GRACE_MS = 50

/** What the act comes to, or `OutOfPatience`. Keeps the process alive meanwhile, since somebody waits. */
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
