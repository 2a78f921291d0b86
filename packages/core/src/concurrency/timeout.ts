import type { Runtime } from '../types/runtime.ts'

/** Waits for a promise for at most `ms` milliseconds, then returns or throws as `late` does. `Infinity`: no limit. */
export function within<T, L>(
  promise: PromiseLike<T>,
  ms: number,
  { later }: Runtime,
  late: () => L,
): PromiseLike<T | L> {
  if (ms === Number.POSITIVE_INFINITY) return promise
  return new Promise<T | L>((resolve, reject) => {
    const cancel = later(ms, () => {
      try {
        resolve(late())
      } catch (error) {
        reject(error)
      }
    })
    promise.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error) => {
        cancel()
        reject(error)
      },
    )
  })
}
