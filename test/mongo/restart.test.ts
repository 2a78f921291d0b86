import { createPersist, type PersistEvent } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, describe, expect, test } from 'vitest'
import { startOwnMongo } from '../support/mongo.mjs'
import { without } from '../support/with-mongo.ts'

const NAME = 'a MongoDB that is killed in the middle of calls and restarted'
const CALLS = 1000
const AT_ONCE = 5
const persist = createPersist({ env: {}, stderr: () => {} })
const reasons: string[] = []
const server = await startOwnMongo(reasons)

if (server === undefined) {
  without(NAME, reasons.join('; '))
} else {
  afterAll(() => server.stop())

  describe(NAME, () => {
    for (const { kind, serverWaitMs, query = '', mostForgotten = 0 } of [
      { kind: 'that journals leases too, and waits for it', serverWaitMs: 30_000, query: '?journal=true' },
      // Without the journal, a call that computed when the server was killed may have lost its lease.
      { kind: 'that waits for it', serverWaitMs: 30_000, mostForgotten: AT_ONCE },
      { kind: 'that goes on without it', serverWaitMs: 500 },
    ]) {
      test(`of ${CALLS} calls over a store ${kind} none fails, and no acknowledged write is lost`, async () => {
        const url = `${server.url}${kind.replaceAll(/\W+/g, '-')}${query}`
        const cache = mongoStore(url, { serverWaitMs })
        const events: PersistEvent[] = []
        const twice = persist(async (x: number) => 2 * x, {
          funcname: 'twice',
          cache,
          report: (event) => void events.push(event),
        })
        // Even on a busy machine, the test begins when the store is available.
        for (let x = CALLS; !events.some(({ name }) => name === 'write'); x++) await twice(x)
        let next = 0
        let crash: Promise<void> | undefined
        const caller = async () => {
          while (next < CALLS) {
            const x = next++
            if (x === CALLS / 2) crash = server.kill().then(() => server.restart())
            expect(await twice(x)).toBe(2 * x)
          }
        }
        await Promise.all(Array.from({ length: AT_ONCE }, caller))
        await crash
        const written = events.filter((event) => event.name === 'write').map(({ hash }) => hash)
        if (serverWaitMs > 1000) {
          expect(events.filter(({ name }) => name === 'problem')).toEqual([])
          const fenced = events.filter((event) => event.name === 'skip' && event.reason === 'fenced')
          expect(fenced.length).toBeLessThanOrEqual(mostForgotten)
          expect(written.length).toBe(CALLS + 1 - fenced.length)
        } else {
          expect(written.length).toBeGreaterThan(0)
        }

        const after = mongoStore(url, { serverWaitMs: 30_000 })
        const kept = new Set<string>()
        for await (const { hash } of after.open('twice').heads()) kept.add(hash)
        expect(written.filter((hash) => !kept.has(hash))).toEqual([])
        await Promise.all([cache.close(), after.close()])
      }, 300_000)
    }

    test('a result that is computed while the server is away is stored when it is back', async () => {
      const url = `${server.url}away?journal=true`
      const cache = mongoStore(url, { serverWaitMs: 500 })
      const events: string[] = []
      let isWritten = () => {}
      const written = new Promise<void>((resolve) => {
        isWritten = resolve
      })
      let whileAway = async () => {}
      const answer = persist(
        async (question: string) => {
          await whileAway()
          return `answer to ${question}`
        },
        {
          funcname: 'answer',
          cache,
          report: ({ name }) => {
            events.push(name)
            if (name === 'write') isWritten()
          },
        },
      )
      // The connection, and the indexes.
      await answer('first')
      await written
      const later = new Promise<void>((resolve) => {
        isWritten = resolve
      })
      whileAway = () => server.kill()
      expect(await answer('second')).toBe('answer to second')
      expect(events.filter((name) => name === 'write')).toHaveLength(1)
      await server.restart()
      await later
      const other = mongoStore(url, { serverWaitMs: 30_000 })
      const stored: string[] = []
      for await (const { payload } of other.open('answer').entries()) stored.push(String(payload))
      expect(stored.sort()).toEqual(['{"v":1,"json":"answer to first"}', '{"v":1,"json":"answer to second"}'])
      await Promise.all([cache.close(), other.close()])
    }, 300_000)
  })
}
