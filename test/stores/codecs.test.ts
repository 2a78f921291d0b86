import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  closeStores,
  createPersist,
  memoryStore,
  type PersistEvent,
  resolveStore,
  type StoreAdapter,
} from '@persist/core'
import { keyvStore } from '@persist/store-keyv'
import Keyv from 'keyv'
import { afterAll, describe, expect, test } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'
import { withRedis } from '../support/with-redis.ts'

const OLD_KEY = 'A'.repeat(43)
const NEW_KEY = 'B'.repeat(43)
const TEXT = 'the same sentence again and again, ünd with another letter. '.repeat(20)

const folder = mkdtempSync(join(tmpdir(), 'persist-codecs-'))
afterAll(async () => {
  await closeStores()
  rmSync(folder, { recursive: true })
})

/** The codecs over one store. Each use of `store` sees it as another process does. */
function overStore(store: () => StoreAdapter): void {
  let views = 0
  const open = (): StoreAdapter => {
    const adapter = store()
    const name = `${adapter.name}, view ${++views}`
    return new Proxy(adapter, {
      get(inner, field) {
        const value: unknown = field === 'name' ? name : Reflect.get(inner, field, inner)
        return typeof value === 'function' ? value.bind(inner) : value
      },
    })
  }
  const wrap = (value: unknown, options: object, events: PersistEvent[] = []) => {
    const persist = createPersist({ env: {}, stderr: () => {} })
    const report = (event: PersistEvent) => void events.push(event)
    const f = persist(async (_: number) => value, {
      funcname: 'coded',
      cache: open(),
      storekey: true,
      tags: () => ['färbe'],
      metadata: () => 'two\nlines',
      version: '1',
      ttl: 1234.5 * 1000,
      report,
      ...options,
    })
    return { f, events }
  }
  const VALUES = { text: TEXT, when: new Date(0), bytes: new Uint8Array(1100).fill(7), half: 'half \ud83d' }

  test.each([
    ['compressed', { compress: true }],
    ['encrypted', { encrypt: OLD_KEY }],
    ['compressed and encrypted', { compress: 'brotli', encrypt: OLD_KEY }],
  ])('a result comes back %s, with its key, tags and metadata', async (name, options) => {
    const funcname = name.replaceAll(' ', '-')
    await wrap(VALUES, { ...options, funcname }).f(1)
    const { f, events } = wrap('computed', { ...options, funcname })
    expect(await f(1)).toEqual(VALUES)
    expect(await f.lookup(1)).toMatchObject({ hit: true, metadata: 'two\nlines', key: [1] })
    const pairs: unknown[] = []
    for await (const pair of f.cache as unknown as AsyncIterable<unknown>) pairs.push(pair)
    expect(pairs).toEqual([[[1], VALUES]])
    expect(events.filter((event) => event.name === 'problem')).toEqual([])
    expect(await f.cache.deleteByTag('färbe')).toBe(1)
  })

  test('keys are rotated, and an entry under a key that is gone is kept', async () => {
    await wrap('old', { encrypt: OLD_KEY, funcname: 'rotated' }).f(1)
    const both = wrap('new', { encrypt: [NEW_KEY, OLD_KEY], funcname: 'rotated' }).f
    expect(await both(1)).toBe('old')
    expect(await both(2)).toBe('new')
    const { f, events } = wrap('computed', { encrypt: NEW_KEY, funcname: 'rotated' })
    expect(await f(1)).toBe('computed')
    expect(await f(2)).toBe('new')
    const problems = events.flatMap((event) => (event.name === 'problem' ? [event.error] : []))
    expect(problems).toMatchObject([{ code: 'ERR_PERSIST_DECRYPT' }])
    expect(await wrap('computed', { encrypt: OLD_KEY, funcname: 'rotated' }).f(1)).toBe('old')
  })
}

describe('codecs over memory', () => {
  const cache = memoryStore()
  overStore(() => cache)
})
describe('codecs over a folder', () => overStore(() => resolveStore(`file://${folder}/disk`)))
describe('codecs over a folder that Python uses too', () =>
  overStore(() => resolveStore(`file://${folder}/python?layout=pypersist`)))
describe('codecs over LMDB', () => overStore(() => resolveStore(`lmdb://${folder}/lmdb`)))
describe('codecs over Keyv', () => {
  const cache = keyvStore(new Keyv())
  overStore(() => cache)
})
withMongo('codecs over MongoDB', (url) => {
  const cache = `mongodb://${new URL(url).host}/${randomUUID()}`
  overStore(() => resolveStore(cache))
})
await withRedis('codecs over Redis', (redis) => {
  const cache = `${redis.url}?persistPrefix=${randomUUID()}`
  overStore(() => resolveStore(cache))
})
