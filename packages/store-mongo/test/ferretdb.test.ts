import type { PersistError } from '@persist/errors'
import { conformance, type Runner } from '@persist/store/conformance'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, describe, expect, test } from 'vitest'
import { ferretDbAbsent, startFerretDb } from '../../../test/support/ferretdb/start.mjs'
import { fencingCases } from './fencing.ts'
import { leasingCases } from './leasing.ts'
import { maintenanceCases } from './maintaining.ts'
import { ownDatabase, subjectOf } from './subject.ts'

const NAME = 'FerretDB, which lacks TTL indexes and more'
/** FerretDB 1 finds and changes a document in two steps, between which another may change it. */
const NEEDS_ONE_STEP = new Set([
  'exactly one of a late holder and a thief at the same time publishes',
  'one of many thieves with one id wins',
  'exactly one of a thief with an id and a holder who publishes at the same time has the lease',
])
const absent = ferretDbAbsent()

if (absent === undefined) {
  const server = await startFerretDb()
  afterAll(() => server.stop())
  // SQLite writes one after the other, and the suite asks for a hundred at once.
  const patient = { serverWaitMs: 20_000 }

  describe(NAME, () => {
    const database = ownDatabase(server.url)

    test('prune deletes what the server does not delete by itself, and nothing is reported', async () => {
      const problems: PersistError[] = []
      const adapter = mongoStore(database.url, patient)
      const store = adapter.open('prune', { report: (problem) => void problems.push(problem) })
      await store.set({ hash: 'old', payload: 'x', createdAt: 1, expiresAt: Date.now() - 1000 })
      await store.set({ hash: 'new', payload: 'y', createdAt: 1, expiresAt: Date.now() + 60_000 })
      expect(await store.prune(Date.now())).toBe(1)
      expect(await store.get('old')).toBeUndefined()
      expect((await store.get('new'))?.payload).toBe('y')
      expect(problems).toEqual([])
      await adapter.close()
    })

    test('stats add up what the server does not', async () => {
      const adapter = mongoStore(database.url, patient)
      const store = adapter.open('stats')
      for (const hash of ['a', 'b']) await store.set({ hash, payload: 'x'.repeat(1000), createdAt: 1 })
      expect(await store.stats()).toEqual({ entries: 2, bytes: 2000 })
      await adapter.close()
    })

    test('one of ten gets the lease of a new entry, and it alone publishes', async () => {
      const adapter = mongoStore(database.url, patient)
      const store = adapter.open('lease')
      const leases = await Promise.all(Array.from({ length: 10 }, () => store.lease!('a', 60_000)))
      const held = leases.filter((lease) => lease !== undefined)
      expect(held).toHaveLength(1)
      const thief = await store.lease!('a', 60_000, { steal: true })
      expect(await held[0]!.publish({ hash: 'a', payload: 'late', createdAt: 1 })).toBe(false)
      expect(await thief!.publish({ hash: 'a', payload: 'newer', createdAt: 1 })).toBe(true)
      expect((await store.get('a'))?.payload).toBe('newer')
      await adapter.close()
    })

    leasingCases(server.url, patient, NAME)
    fencingCases(server.url, patient)
    maintenanceCases(server.url, patient)

    if (process.env.PERSIST_SOAK === '1') {
      const runner: Runner = {
        describe,
        test: (name, run, timeout) =>
          NEEDS_ONE_STEP.has(name) ? test.skip(`${name} (${NAME})`) : test(name, run, timeout),
      }
      conformance({ runner, ...subjectOf(server.url, patient) })
    }
  })
} else {
  console.warn(`SKIPPED "${NAME}": ${absent}`)
  test.skip(`${NAME} (${absent})`, () => {})
}
