import { afterAll, describe, test } from 'vitest'
import { type Redis, startRedis } from './redis.mjs'

/**
 * Tests that need a Redis server, which they get for themselves. Without one they are skipped by name, or fail with `CI`
 * in the environment.
 *
 * @example
 * ```ts
 * await withRedis('two processes', (redis) => { test('see the same entries', …) })
 * ```
 */
export async function withRedis(name: string, define: (redis: Redis) => void): Promise<void> {
  const reasons: string[] = []
  const redis = await startRedis(reasons)
  describe(name, () => {
    if (redis !== undefined) {
      afterAll(() => redis.stop())
      define(redis)
    } else if (process.env.CI) {
      test('needs a Redis server', () => {
        throw new Error(`CI is set, but there is ${reasons.join('; ')}`)
      })
    } else {
      console.warn(`SKIPPED "${name}": ${reasons.join('; ')}`)
      test.skip(`needs a Redis server (${reasons.join('; ')})`, () => {})
    }
  })
}
