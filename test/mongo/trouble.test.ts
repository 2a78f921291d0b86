import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { createPersist, type PersistEvent } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'
import { MongoClient } from 'mongodb'
import { afterAll, describe, expect, test } from 'vitest'
import { type OwnMongo, startOwnMongo } from '../support/mongo.mjs'
import { without } from '../support/with-mongo.ts'
import { spied } from './spied.ts'

const NAME = 'calls over a MongoDB that fails:'
const PASSWORD = 'S3cret/Pw:%'
const SERVER_WAIT_MS = 400
const LATER_CALLS = [3, 4, 5]
const persist = createPersist({ env: {}, stderr: () => {} })
const reasons: string[] = []
const server = await startOwnMongo(reasons, { testCommands: true, login: { user: 'ann', password: PASSWORD } })

/** A failure of a server, and its end. */
interface Failure {
  readonly begin: (server: OwnMongo) => unknown
  readonly end: (server: OwnMongo) => unknown
}

const FAILURES: Record<string, Failure> = {
  'it is down': { begin: ({ kill }) => kill(), end: ({ restart }) => restart() },
  'it does not reply': { begin: ({ pause }) => pause(), end: ({ resume }) => resume() },
  'it steps down': {
    begin: (server) => administer(server, { replSetStepDown: 3, secondaryCatchUpPeriodSecs: 0, force: true }),
    end: () => {},
  },
  'it refuses the login': {
    begin: (server) => failing(server, { mode: 'alwaysOn', data: { errorCode: 18, failCommands: [...COMMANDS] } }),
    end: (server) => failing(server, { mode: 'off' }),
  },
  'it is shutting down': {
    begin: (server) => failing(server, { mode: 'alwaysOn', data: { errorCode: 91, failCommands: [...COMMANDS] } }),
    end: (server) => failing(server, { mode: 'off' }),
  },
}
const COMMANDS = ['find', 'insert', 'update', 'findAndModify', 'delete'] as const

if (server === undefined) {
  without(NAME, reasons.join('; '))
} else {
  afterAll(() => server.stop())

  describe(NAME, () => {
    for (const [kind, failure] of Object.entries(FAILURES)) {
      test(`${kind}: right values, one wait, one report of each change, and the store again afterwards`, async () => {
        const events: PersistEvent[] = []
        const adapter = spied(
          mongoStore(`${server.url}${randomUUID()}?authSource=admin`, { serverWaitMs: SERVER_WAIT_MS }),
        )
        const reported = (name: PersistEvent['name']) => events.filter((event) => event.name === name)
        const options = { cache: adapter, report: (event: PersistEvent) => void events.push(event) }
        const twice = persist(async (x: number) => ({ twice: 2 * x }), { ...options, funcname: 'twice' })
        const strict = persist(async (x: number) => -x, { ...options, funcname: 'strict', onStoreError: 'throw' })

        expect(await twice(1)).toEqual({ twice: 2 })
        await failure.begin(server)
        expect(await twice(2)).toEqual({ twice: 4 })
        expect(reported('circuit')).toMatchObject([{ state: 'open' }])
        const { calls } = adapter
        expect(await Promise.all(LATER_CALLS.map((x) => twice(x)))).toEqual(LATER_CALLS.map((x) => ({ twice: 2 * x })))
        const error = await strict(1).catch((thrown) => thrown)
        expect(error).toMatchObject({ name: 'StoreError', code: 'ERR_PERSIST_STORE_UNAVAILABLE', store: adapter.name })
        expect(adapter.calls).toBe(calls)
        expect(reported('problem')).toMatchObject([{ error: { code: 'ERR_PERSIST_STORE_UNAVAILABLE' } }])

        await failure.end(server)
        await until(() => reported('circuit').length > 1)
        expect(reported('circuit')).toMatchObject([{ state: 'open' }, { state: 'closed' }])
        expect(await twice(6)).toEqual({ twice: 12 })
        expect(await Promise.all([twice.has(6), strict.has(1), twice.has(1)])).toEqual([true, false, true])
        expect(reported('problem')).toHaveLength(1)
        for (const shown of [...events, error, adapter, twice.cache]) expectNoPassword(shown)
        await adapter.close()
      })
    }

    test('it is full: right values, stored results are served, and the store again afterwards', async () => {
      const events: PersistEvent[] = []
      const cache = mongoStore(`${server.url}${randomUUID()}?authSource=admin`, { serverWaitMs: SERVER_WAIT_MS })
      const options = { cache, report: (event: PersistEvent) => void events.push(event) }
      const twice = persist(async (x: number) => 2 * x, { ...options, funcname: 'twice' })
      const strict = persist(async (x: number) => -x, { ...options, funcname: 'strict', onStoreError: 'throw' })
      expect(await twice(1)).toBe(2)
      await failing(server, { mode: 'alwaysOn', data: { errorCode: 14031, failCommands: COMMANDS.slice(1) } })
      expect(await Promise.all([1, 2, 3].map((x) => twice(x)))).toEqual([2, 4, 6])
      expect(await twice.lookup(1)).toMatchObject({ hit: true })
      await expect(strict(1)).rejects.toMatchObject({ name: 'StoreError', code: 'ERR_PERSIST_STORE_FULL' })
      await failing(server, { mode: 'off' })
      expect(await twice(2)).toBe(4)
      expect(await twice.has(2)).toBe(true)
      const problems = events.filter((event) => event.name === 'problem')
      expect(new Set(problems.map(({ error }) => 'code' in error && error.code))).toEqual(
        new Set(['ERR_PERSIST_STORE_FULL']),
      )
      for (const shown of events) expectNoPassword(shown)
      await cache.close()
    })

    test('it does not accept the password: right values, one report, and no password in it', async () => {
      const events: PersistEvent[] = []
      const wrong = server.url.replace(encodeURIComponent(PASSWORD), `wrong${encodeURIComponent(PASSWORD)}`)
      const cache = mongoStore(`${wrong}?authSource=admin`, { serverWaitMs: SERVER_WAIT_MS })
      const twice = persist(async (x: number) => 2 * x, {
        funcname: 'twice',
        cache,
        report: (event) => void events.push(event),
      })
      expect([await twice(1), await twice(2)]).toEqual([2, 4])
      expect(events.filter(({ name }) => name === 'problem')).toMatchObject([
        { error: { code: 'ERR_PERSIST_STORE_UNAVAILABLE' } },
      ])
      for (const shown of events) expectNoPassword(shown)
      await cache.close()
    })
  })
}

async function administer(server: OwnMongo, command: object): Promise<void> {
  const client = new MongoClient(server.url)
  await client.db('admin').command(command)
  await client.close()
}

function failing(server: OwnMongo, fault: { mode: 'alwaysOn' | 'off'; data?: object }): Promise<void> {
  return administer(server, { configureFailPoint: 'failCommand', ...fault })
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 20))
}

function expectNoPassword(thing: unknown): void {
  const { message, stack } = thing as Partial<Error>
  const shown = [inspect(thing, { depth: 20, showHidden: true }), JSON.stringify(thing), message, stack].join('\n')
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'S3cret']) expect(shown).not.toContain(secret)
}
