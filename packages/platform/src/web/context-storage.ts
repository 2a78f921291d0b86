import type { ContextStorage } from '../platform.ts'

/**
 * A value for the code that runs now. Without help of the platform no code can know what it was started by once it has
 * waited, so the value ends with the synchronous part of a function.
 */
export class SynchronousStorage<T> implements ContextStorage<T | undefined> {
  #value: T | undefined

  getStore(): T | undefined {
    return this.#value
  }

  enterWith(value: T | undefined): void {
    this.#value = value
  }

  run<R, Args extends unknown[]>(value: T | undefined, act: (...args: Args) => R, ...args: Args): R {
    const before = this.#value
    this.#value = value
    try {
      return act(...args)
    } finally {
      this.#value = before
    }
  }
}
