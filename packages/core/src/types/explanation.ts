import type { Because } from './because.ts'
import type { MissReason } from './events.ts'

/**
 * What a call would do now: the result of `f.explain(...args)`. `off` is a miss because of `PERSIST_MODE=off`, `unreachable`
 * one because the store fails.
 */
export type Explanation =
  | {
      readonly hit: true
      readonly tier: 'memory' | 'store'
      /** The entry has expired, and is served while a refresh runs in the background. */
      readonly stale: boolean
      /** In milliseconds. */
      readonly ageMs: number
      /** Milliseconds since 1970. */
      readonly createdAt: number
      /** Milliseconds since 1970; absent: never. */
      readonly expiresAt?: number
      /** What was compared: `key`, `version`, `source`, `ttl`, `validate`, the parts of dependencies and the inputs, by name. */
      readonly verified: readonly string[]
      /** The function was edited since, which does not count with an explicit `funcname`. */
      readonly edited: boolean
    }
  | (Because & {
      readonly hit: false
      readonly reason: MissReason | 'off' | 'unreachable'
      /** The age of the entry that is not served, in milliseconds. */
      readonly ageMs?: number
    })
