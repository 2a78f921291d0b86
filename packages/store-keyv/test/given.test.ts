import { OptionError } from '@persist/errors'
import { type KeyvStoreOptions, keyvStore } from '@persist/store-keyv'
import Keyv, { type KeyvStoreAdapter } from 'keyv'
import { expect, test } from 'vitest'

const ENTRY = { hash: 'h', payload: 'value', createdAt: 1 }
const broken = (verbs: Partial<Record<keyof KeyvStoreAdapter, unknown>>) =>
  new Keyv({ store: Object.assign(new Map(), verbs) as Map<string, unknown> })

test('what Keyv swallows is an error here: a failed read is no miss, and a failed write is not stored', async () => {
  const fails = async () => {
    throw new Error('read ECONNRESET')
  }
  const refuses = async () => false
  const store = (verbs: Parameters<typeof broken>[0]) => keyvStore(broken(verbs)).open('f')
  await expect(store({ get: fails }).get('h')).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
  await expect(store({ set: fails }).set(ENTRY)).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
  await expect(store({ set: refuses }).set(ENTRY)).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE' })
  await expect(store({ delete: fails }).delete('h')).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
})

test('a storage adapter that tells of a failure beside an answer has failed', async () => {
  const keyv = new Keyv({ store: new Map() })
  const map = keyv.store as Map<string, unknown>
  map.get = (() => {
    keyv.emit('error', new Error('socket closed'))
    return undefined
  }) as typeof map.get
  await expect(keyvStore(keyv).open('f').get('h')).rejects.toMatchObject({ message: expect.stringContaining('socket') })
})

test('a storage that never answers costs a bounded wait', async () => {
  const keyv = broken({ get: () => new Promise(() => {}) })
  const { open } = keyvStore(keyv, { serverWaitMs: 5 })
  await expect(open('f').get('h')).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
})

test('a storage that cannot list keeps results all the same, and says so where a list is needed', async () => {
  const map = new Map<string, unknown>()
  const store: KeyvStoreAdapter = {
    opts: {},
    get: async (key) => map.get(key) as never,
    set: async (key, value) => map.set(key, value),
    delete: async (key) => map.delete(key),
    clear: async () => map.clear(),
    on: () => store,
  }
  const opened = keyvStore(new Keyv({ store })).open('f')
  await opened.set(ENTRY)
  expect(await opened.get('h')).toEqual(ENTRY)
  for (const verb of ['clear', 'stats'] as const) {
    await expect(opened[verb]()).rejects.toMatchObject({ message: expect.stringContaining('cannot list') })
  }
})

test('values of others in the same Keyv are neither touched nor taken for entries', async () => {
  const keyv = new Keyv({ store: new Map() })
  await keyv.set('theirs', 'value')
  await keyv.set('theirs too', { persist: 1 })
  const adapter = keyvStore(keyv)
  const store = adapter.open('f')
  await store.set(ENTRY)
  await keyv.set('f/other', 'not a record')
  expect(await store.get('other')).toBeUndefined()
  expect(await store.clear()).toBe(1)
  expect(await keyv.get('theirs')).toBe('value')
  expect(await keyv.get('theirs too')).toEqual({ persist: 1 })
})

test('a storage that folds case never hands out the value of another key', async () => {
  const map = new Map<string, unknown>()
  const folding = {
    get: (key: string) => map.get(key.toLowerCase()),
    set: (key: string, value: unknown) => map.set(key.toLowerCase(), value),
  }
  const store = keyvStore(broken(folding)).open('f')
  await store.set(ENTRY)
  expect(await store.get('H')).toBeUndefined()
  expect((await store.get('h'))?.payload).toBe('value')
})

test('an entry outlives its expiry by a day, and no longer', async () => {
  const ttls: (number | undefined)[] = []
  const keyv = new Keyv({ store: new Map() })
  const set = keyv.set.bind(keyv)
  keyv.set = (key, value, ttl) => {
    ttls.push(ttl)
    return set(key, value as never, ttl)
  }
  const store = keyvStore(keyv).open('f')
  const now = Date.now()
  await store.set({ ...ENTRY, expiresAt: now + 60_000 })
  await store.set({ ...ENTRY, expiresAt: 0 })
  await store.set({ ...ENTRY, expiresAt: Number.MAX_SAFE_INTEGER })
  await store.set(ENTRY)
  const day = 86_400_000
  expect(ttls[0]).toBeGreaterThan(day)
  expect(ttls[0]).toBeLessThanOrEqual(day + 60_000)
  expect(ttls.slice(1)).toEqual([day, undefined, undefined])
})

test('bounds that are asked for are met: the oldest go first', async () => {
  const store = keyvStore(new Keyv({ store: new Map() })).open('f')
  for (let age = 5; age > 0; age--) await store.set({ hash: `h${age}`, payload: 'x', createdAt: 100 - age })
  expect(await store.prune(0, { maxEntries: 2 })).toBe(3)
  const left: string[] = []
  for await (const { hash } of store.heads()) left.push(hash)
  expect(left.sort()).toEqual(['h1', 'h2'])
})

test('what the instance can do is what is declared', () => {
  const map = keyvStore(new Keyv({ store: new Map() }))
  expect(map.supports).toEqual({ lease: false, many: false, tags: false, bounds: false, persistent: false })
  expect(map.open('f').getMany).toBeUndefined()
  const many = keyvStore(broken({ getMany: async () => [] }))
  expect(many.supports.many).toBe(true)
})

test('what is no Keyv and no URL, and options that there are not, are errors that say so', () => {
  expect(() => keyvStore(42 as never)).toThrow(OptionError)
  expect(() => keyvStore({} as never)).toThrow(OptionError)
  const options = { serverWaitMS: 1 } as KeyvStoreOptions
  expect(() => keyvStore(new Keyv(), options)).toThrow(expect.objectContaining({ nearest: 'serverWaitMs' }))
  expect(() => keyvStore(new Keyv(), { serverWaitMs: 0 })).toThrow(OptionError)
})
