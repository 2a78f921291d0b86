import { randomUUID } from 'node:crypto'
import { createPersist } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fate, Line } from '../support/mongo-line.ts'
import { withMongo } from '../support/with-mongo.ts'

const WAIT_MS = 800
const MOST_MESSAGES = 30
const FATES: Record<string, Fate> = {
  'a broken connection': 'cut',
  'a reply that is cut off': 'cut reply',
  'refused connections': 'refuse',
  'a half-open connection': 'swallow',
  'a late reply': { delayMs: 2 * WAIT_MS },
}
const persist = createPersist({ env: {}, stderr: () => {} })

withMongo('calls over a connection to MongoDB that loses messages', (server) => {
  const database = randomUUID()
  const healthy = mongoStore(new URL(database, server))
  let line: Line
  beforeAll(async () => {
    line = await Line.to(Number(new URL(server).port))
  })
  afterAll(() => Promise.all([line.close(), healthy.close()]))

  for (const [kind, fate] of Object.entries(FATES)) {
    for (const call of ['miss', 'hit'] as const) {
      test(`${kind}, at any message of a ${call}: the right value, now and afterwards`, async () => {
        let faults = 0
        for (let nth = 0; nth < MOST_MESSAGES; nth++) {
          const funcname = randomUUID()
          const twice = async (x: number) => ({ twice: 2 * x })
          const direct = persist(twice, { funcname, cache: healthy })
          if (call === 'hit') await direct(nth)
          const lossy = mongoStore(line.url(database), { serverWaitMs: WAIT_MS, clientOptions: {}, leaseMs: 100 })
          const calls = persist(twice, { funcname, cache: lossy })

          // The fault must hit the call, not the connecting.
          await lossy.ping!()
          await calls.has(nth)
          line.fail((_, index) => (index === nth ? fate : 'pass'))
          expect(await calls(nth)).toEqual({ twice: 2 * nth })
          const hit = line.seen > nth
          line.mend()
          expect(await direct(nth)).toEqual({ twice: 2 * nth })
          expect(await direct.peek(nth)).toEqual({ twice: 2 * nth })
          await lossy.close()
          if (!hit) break
          faults++
        }
        expect(faults).toBeGreaterThanOrEqual(call === 'hit' ? 1 : 3)
        expect(faults).toBeLessThan(MOST_MESSAGES)
      })
    }
  }
})
