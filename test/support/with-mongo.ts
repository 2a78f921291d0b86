import { describe, inject, test } from 'vitest'

/**
 * Tests that need a MongoDB. Without one they are skipped by name, or fail if PERSIST_REQUIRE_MONGO=1.
 *
 * @example
 * ```ts
 * withMongo('two processes', (url) => { test('see the same entries', …) })
 * ```
 */
export function withMongo(name: string, define: (url: string) => void): void {
  const url = inject('mongoUrl')
  if (url !== undefined) describe(name, () => define(url))
  else without(name, `no MongoDB: ${inject('mongoAbsent')}`)
}

/** Reports that the tests of that name do not run, or fails if they must run. */
export function without(name: string, why: string): void {
  describe(name, () => {
    if (process.env.PERSIST_REQUIRE_MONGO === '1') {
      test('needs a MongoDB', () => {
        throw new Error(`PERSIST_REQUIRE_MONGO=1, but ${why}`)
      })
    } else {
      console.warn(`SKIPPED "${name}": ${why}`)
      test.skip(`needs a MongoDB (${why})`, () => {})
    }
  })
}
