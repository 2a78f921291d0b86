import { inspect } from 'node:util'
import type { StoreError } from '@persist/errors'
import { fromUrl, mongoStore } from '@persist/store-mongo'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeafServer } from '../../../test/support/deaf-server.ts'
import { withMongo } from '../../../test/support/with-mongo.ts'

const PASSWORD = 'S3cret/Pw:%'
const LOGIN = `ann:${encodeURIComponent(PASSWORD)}`
const ENTRY = { hash: 'a', payload: 'x', createdAt: 1 }

const deaf = new DeafServer()
beforeAll(() => deaf.listen())
afterAll(() => deaf.close())
const deafUrl = () => `mongodb://${LOGIN}@${deaf.host}/app`

describe('a server that cannot be used', () => {
  test('that refuses connections: every method fails as unavailable, and so does ping', async () => {
    await expectUnavailable(`mongodb://${LOGIN}@127.0.0.1:9/app`)
  })

  test('that takes connections and never answers: the same', async () => {
    await expectUnavailable(deafUrl())
  })

  test('says why in the message', async () => {
    const error = await failureOf(() => mongoStore('mongodb://127.0.0.1:9/', { serverWaitMs: 300 }).ping!())
    expect(error.message).toMatch(/ECONNREFUSED/)
  })

  test('that many ask at once: all fail after one wait, not one after the other', async () => {
    const adapter = mongoStore(deafUrl(), { serverWaitMs: 200 })
    const store = adapter.open('f')
    const start = performance.now()
    await failureOf(() => store.get('a'))
    const one = performance.now() - start
    const again = performance.now()
    await Promise.all(Array.from({ length: 50 }, () => failureOf(() => store.get('a'))))
    expect(performance.now() - again).toBeLessThan(50 * one)
    await adapter.close()
  })

  test('is closed as quickly as any', async () => {
    const adapter = mongoStore(deafUrl(), { serverWaitMs: 200 })
    const asking = failureOf(() => adapter.open('f').get('a'))
    await adapter.close()
    await asking
  })
})

describe('no password', () => {
  test('is shown by the adapter, its stores or their errors, printed, as JSON or in a message', async () => {
    const adapter = mongoStore(deafUrl(), { serverWaitMs: 100 })
    const store = adapter.open('f')
    const errors = await Promise.all([failureOf(() => store.get('a')), failureOf(() => adapter.ping!())])
    for (const thing of [adapter, store, ...errors]) expectNoPassword(thing)
    await adapter.close()
  })

  test('is shown by the error for a URL that the driver refuses', async () => {
    const adapter = fromUrl(`mongodb://${LOGIN}@127.0.0.1:9/app?unknownOption=1&tlsCertificateKeyFilePassword=${LOGIN}`)
    const error = await failureOf(() => adapter.ping!())
    expect(error.code).toMatch(/^ERR_PERSIST_STORE/)
    expectNoPassword(error)
    expectNoPassword(adapter)
    await adapter.close()
  })

  test('is shown by the error for a URL that is none', () => {
    for (const url of [`mongodb://${LOGIN}@`, `mongodb://${LOGIN}@h/a b`, `mongodb://${LOGIN}@h/?persistColection=x`]) {
      expect(() => mongoStore(url)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
      try {
        mongoStore(url)
      } catch (error) {
        expectNoPassword(error)
      }
    }
  })
})

withMongo('a server that refuses the login', (url) => {
  test('fails as unavailable, without the password', async () => {
    const adapter = mongoStore(url.replace('://', `://${LOGIN}@`), { serverWaitMs: 5000 })
    const error = await failureOf(() => adapter.open('f').get('a'))
    expect(error.code).toBe('ERR_PERSIST_STORE_UNAVAILABLE')
    expect(error.message).not.toMatch(/no answer/)
    expectNoPassword(error)
    await adapter.close()
  })
})

async function expectUnavailable(url: string): Promise<void> {
  const adapter = mongoStore(url, { serverWaitMs: 100 })
  const store = adapter.open('f')
  const methods: Record<string, () => Promise<unknown>> = {
    get: () => store.get('a'),
    getMany: () => store.getMany!(['a']),
    set: () => store.set(ENTRY),
    delete: () => store.delete('a'),
    clear: () => store.clear(),
    heads: () => first(store.heads()),
    entries: () => first(store.entries()),
    stats: () => store.stats(),
    prune: () => store.prune(0),
    deleteByTag: () => store.deleteByTag!('t'),
    lease: () => store.lease!('a', 1000),
    ping: () => adapter.ping!(),
  }
  for (const [method, act] of Object.entries(methods)) {
    const error = await failureOf(act)
    expect({ method, name: error.name, code: error.code }).toEqual({
      method,
      name: 'StoreError',
      code: 'ERR_PERSIST_STORE_UNAVAILABLE',
    })
    expectNoPassword(error)
  }
  await adapter.close()
}

async function first(listing: AsyncIterable<unknown>): Promise<unknown> {
  for await (const one of listing) return one
  return undefined
}

async function failureOf(act: () => Promise<unknown>): Promise<StoreError> {
  const answer = await act().then(
    (value) => ({ value }),
    (error) => ({ error }),
  )
  expect(answer).toHaveProperty('error')
  return (answer as { error: StoreError }).error
}

function expectNoPassword(thing: unknown): void {
  const { message, stack } = thing as Partial<Error>
  const shown = [inspect(thing, { depth: 20, showHidden: true }), JSON.stringify(thing), message, stack].join('\n')
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'S3cret']) expect(shown).not.toContain(secret)
}
