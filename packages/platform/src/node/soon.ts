import * as timers from 'node:timers'

/**
 * Captured at load: fake timers in a user's tests must not block a call forever. The imitation of a page in which Jest runs tests
 * has no global of this name.
 */
export const { setImmediate } = timers

export function soon(act: () => void): void {
  setImmediate(act)
}
