import type { StoreError } from '@persist/errors'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, describe, expect, test } from 'vitest'
import { startOwnMongo } from '../../../test/support/mongo.mjs'
import { without } from '../../../test/support/with-mongo.ts'

const NAME = 'a MongoDB that is killed and started again'
const CALLS = 1000
const AT_ONCE = 5
const reasons: string[] = []
const server = await startOwnMongo(reasons)

if (server === undefined) {
  without(NAME, reasons.join('; '))
} else {
  afterAll(() => server.stop())

  describe(NAME, () => {
    for (const [kind, serverWaitMs] of [
      ['bridges it', 30_000],
      ['gives up in between', 300],
    ] as const) {
      test(`in the middle of ${CALLS} calls, of a store that ${kind}: nothing acknowledged is lost, and no other error`, async () => {
        const url = `${server.url}${kind.replaceAll(' ', '-')}`
        const adapter = mongoStore(url, { serverWaitMs })
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
        if (serverWaitMs > 1000) expect(failures).toEqual([])
        for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })

        const after = mongoStore(url, { serverWaitMs: 30_000 })
        const kept = new Map<string, unknown>()
        for await (const { hash, payload } of after.open('calls').entries()) kept.set(hash, payload)
        expect(acknowledged.filter((hash) => kept.get(hash) !== `value ${hash}`)).toEqual([])
        for (const [hash, payload] of kept) expect(payload).toBe(`value ${hash}`)
        expect(acknowledged.length).toBeGreaterThan(CALLS / 3)
        await Promise.all([adapter.close(), after.close()])
      })
    }
  })
}
