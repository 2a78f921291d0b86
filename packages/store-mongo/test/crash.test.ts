import type { StoreError } from '@persist/errors'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, expect, test } from 'vitest'
import { startOwnMongo } from '../../../test/support/mongo.mjs'
import { without } from '../../../test/support/with-mongo.ts'

const NAME = 'a MongoDB that is killed and started again'
const CALLS = 400
const AT_ONCE = 5
/** Some writes fail while the server is away. */
const SHORT_WAIT_MS = 300
const reasons: string[] = []
const server = await startOwnMongo(reasons)

if (server === undefined) {
  without(NAME, reasons.join('; '))
} else {
  afterAll(() => server.stop())

  test(`${NAME} in the middle of ${CALLS} writes has all that it acknowledged`, async () => {
    const adapter = mongoStore(server.url, { serverWaitMs: SHORT_WAIT_MS })
    const store = adapter.open('calls')
    const acknowledged: string[] = []
    const failures: StoreError[] = []
    let next = 0
    let crash: Promise<void> | undefined
    const caller = async () => {
      while (next < CALLS) {
        const number = next++
        if (number === CALLS / 2) crash = server.kill().then(() => server.restart())
        try {
          await store.set({ hash: `${number}`, payload: `value ${number}`, createdAt: 1 })
          acknowledged.push(`${number}`)
        } catch (error) {
          failures.push(error as StoreError)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, caller))
    await crash
    for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
    expect(acknowledged.length).toBeGreaterThan(CALLS / 3)

    const after = mongoStore(server.url, { serverWaitMs: 30_000 })
    const kept = new Map<string, unknown>()
    for await (const { hash, payload } of after.open('calls').entries()) kept.set(hash, payload)
    expect(acknowledged.filter((hash) => kept.get(hash) !== `value ${hash}`)).toEqual([])
    for (const [hash, payload] of kept) expect(payload).toBe(`value ${hash}`)
    await Promise.all([adapter.close(), after.close()])
  }, 300_000)
}
