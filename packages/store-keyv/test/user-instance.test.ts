import { OptionError } from '@persist/errors'
import { type KeyvStoreOptions, keyvStore } from '@persist/store-keyv'
import Keyv, { type KeyvStoreAdapter } from 'keyv'
import { expect, test } from 'vitest'
import { WRONG_RECORDS } from './support/wrong-records.ts'

const ENTRY = { hash: 'h', payload: 'value', createdAt: 1 }
const broken = (methods: Partial<Record<keyof KeyvStoreAdapter, unknown>>) =>
  new Keyv({ store: Object.assign(new Map(), methods) as Map<string, unknown> })

test('what Keyv swallows is an error here: a failed read is no miss, and a failed write is not stored', async () => {
  const fails = async () => {
    throw new Error('read ECONNRESET')
  }
  const refuses = async () => false
  const store = (methods: Parameters<typeof broken>[0]) => keyvStore(broken(methods)).open('f')
  await expect(store({ get: fails }).get('h')).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
  await expect(store({ set: fails }).set(ENTRY)).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
  await expect(store({ set: refuses }).set(ENTRY)).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE' })
  await expect(store({ delete: fails }).delete('h')).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
})

test.each([
  Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }),
  new Error('Deadlock found when trying to get lock; try restarting transaction'),
  new Error('sorry, too many clients already'),
  new Error('BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'),
])('a database that is busy for a moment is no server in trouble: %s', async (error) => {
  const fails = async () => {
    throw error
  }
  const set = keyvStore(broken({ set: fails }))
    .open('f')
    .set(ENTRY)
  await expect(set).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_BUSY' })
})

test('bytes whose text is longer than the longest string are too large, and no server in trouble', async () => {
  const entry = { ...ENTRY, payload: new Uint8Array(410_000_000) }
  const set = keyvStore(new Keyv({ store: new Map() }))
    .open('f')
    .set(entry)
  await expect(set).rejects.toMatchObject({ code: 'ERR_PERSIST_VALUE_TOO_LARGE' })
})

test('a storage adapter that emits an error beside an answer has failed', async () => {
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

test('many calls at once outlast the wait for one, while the storage answers one after the other', async () => {
  let last: Promise<unknown> = Promise.resolve()
  const map = new Map<string, unknown>()
  const inTurn = <T>(act: () => T) => {
    const turn = last.then(() => new Promise((resolve) => setTimeout(resolve, 5))).then(act)
    last = turn
    return turn
  }
  const keyv = broken({
    get: (key: string) => inTurn(() => map.get(key)),
    set: (key: string, value: unknown) => inTurn(() => map.set(key, value)),
  })
  const store = keyvStore(keyv, { serverWaitMs: 100 }).open('f')
  const entries = Array.from({ length: 60 }, (_, index) => ({ ...ENTRY, hash: `h${index}` }))
  await Promise.all(entries.map((entry) => store.set(entry)))
  expect(await Promise.all(entries.map(({ hash }) => store.get(hash)))).toEqual(entries)
})

test('many calls at once outlast ten waits for one, while the storage answers one after the other', async () => {
  let last: Promise<unknown> = Promise.resolve()
  const get = () => {
    last = last.then(() => new Promise((resolve) => setTimeout(resolve, 15)))
    return last
  }
  const store = keyvStore(broken({ get }), { serverWaitMs: 100 }).open('f')
  const found = await Promise.all(Array.from({ length: 100 }, (_, index) => store.get(`h${index}`)))
  expect(found).toEqual(found.map(() => undefined))
})

test('a call after a large result waits for as long as that takes, and costs it nothing', async () => {
  let last: Promise<unknown> = Promise.resolve()
  const set = () => {
    last = new Promise((resolve) => setTimeout(resolve, 600, true))
    return last
  }
  const store = keyvStore(broken({ get: () => last.then(() => undefined), set }), { serverWaitMs: 100 }).open('f')
  const setting = store.set({ ...ENTRY, payload: 'x'.repeat(2_000_000) })
  await new Promise(setImmediate)
  expect(await store.get('h')).toBeUndefined()
  await setting
})

test('many entries that are asked for together come over a slow line, however long all of them take', async () => {
  const map = new Map<string, unknown>()
  let last: Promise<unknown> = Promise.resolve()
  const getMany = (keys: string[]) => {
    const turn = last.then(() => new Promise((resolve) => setTimeout(resolve, 4 * keys.length)))
    last = turn
    return turn.then(() => keys.map((key) => map.get(key)))
  }
  const keyv = broken({
    getMany,
    get: (key: string) => map.get(key),
    set: (key: string, value: unknown) => map.set(key, value),
  })
  const store = keyvStore(keyv, { serverWaitMs: 100 }).open('f')
  const entries = Array.from({ length: 300 }, (_, index) => ({ ...ENTRY, hash: `h${index}` }))
  for (const entry of entries) await store.set(entry)
  expect(await store.getMany!(entries.map(({ hash }) => hash))).toEqual(entries)
})

test('a call whose answer was lost costs a bounded wait, also while the storage answers others', async () => {
  const keyv = broken({
    get: (key: string) => (key.includes('lost') ? new Promise(() => {}) : new Promise((end) => setTimeout(end, 1))),
  })
  const store = keyvStore(keyv, { serverWaitMs: 20 }).open('f')
  let isOver = false
  const lost = store.get('lost').finally(() => {
    isOver = true
  })
  lost.catch(() => {})
  while (!isOver) expect(await store.get('h')).toBeUndefined()
  await expect(lost).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
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
  for (const method of ['clear', 'stats'] as const) {
    await expect(opened[method]()).rejects.toMatchObject({ message: expect.stringContaining('cannot list') })
  }
})

test('a key that is deleted while it is listed ends no listing, and keeps no function from being cleared', async () => {
  const map = new Map<string, unknown>()
  let goes = 3
  const store = listedBy(map, async function* () {
    const [first, ...others] = map
    yield first
    if (goes-- > 0) yield ['keyv:f/gone', undefined]
    yield* others
  })
  const opened = keyvStore(new Keyv({ store })).open('f')
  const hashes = ['a', 'b', 'c']
  for (const hash of hashes) await opened.set({ ...ENTRY, hash })
  const listed: string[] = []
  for await (const { hash } of opened.heads!()) listed.push(hash)
  expect(listed).toEqual(hashes)
  goes = 3
  expect(await opened.clear()).toBe(3)
})

test('values of other programs in a storage without namespaces end no listing, and are not deleted by one', async () => {
  const map = new Map<string, unknown>()
  const store = listedBy(map, async function* () {
    yield* [...map].map(([key, stored]) => [key, stored] as const)
  })
  const adapter = keyvStore(new Keyv({ store, useKeyPrefix: false }))
  const theirs = [
    'no JSON',
    '{"half":',
    'null',
    '5',
    '"text"',
    '[]',
    '{"expires":1}',
    '{"value":"session","expires":9}',
  ]
  theirs.forEach((value, index) => void map.set(`session-${index}`, value))
  const opened = adapter.open('f')
  await opened.set(ENTRY)
  theirs.forEach((value, index) => void map.set(`user-${index}`, value))
  const names: string[] = []
  for await (const name of adapter.namespaces!()) names.push(name)
  expect(names).toEqual(['f'])
  expect(await opened.stats()).toMatchObject({ entries: 1 })
  expect(await opened.prune(0)).toBe(0)
  expect(await opened.clear()).toBe(1)
  expect([...map.values()].sort()).toEqual([...theirs, ...theirs].sort())
})

test('a record whose time in Keyv is over is deleted by a listing', async () => {
  const map = new Map<string, unknown>()
  const store = listedBy(map, async function* () {
    yield* [...map]
  })
  const keyv = new Keyv({ store })
  const opened = keyvStore(keyv).open('f')
  await opened.set(ENTRY)
  const [[key, record]] = [...map] as [[string, string]]
  map.set(key, JSON.stringify({ ...JSON.parse(record), expires: 5 }))
  expect(await opened.stats()).toMatchObject({ entries: 0 })
  expect(map.size).toBe(0)
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

/** A store over a Map, and the times that Keyv was given for what was set in it. */
function timed(options?: KeyvStoreOptions) {
  const ttls: (number | undefined)[] = []
  const keyv = new Keyv({ store: new Map() })
  const set = keyv.set.bind(keyv)
  keyv.set = (key, value, ttl) => {
    ttls.push(ttl)
    return set(key, value as never, ttl)
  }
  return { ttls, keyv, store: keyvStore(keyv, options).open('f') }
}

const DAY = 86_400_000

test('an entry outlives its expiry by a day, and no longer', async () => {
  const { ttls, store } = timed()
  const now = Date.now()
  await store.set({ ...ENTRY, expiresAt: now + 60_000 })
  await store.set({ ...ENTRY, expiresAt: 0 })
  await store.set({ ...ENTRY, expiresAt: Number.MAX_SAFE_INTEGER })
  await store.set(ENTRY)
  expect(ttls[0]).toBeGreaterThan(DAY)
  expect(ttls[0]).toBeLessThanOrEqual(DAY + 60_000)
  expect(ttls.slice(1)).toEqual([DAY, undefined, undefined])
})

test('the server keeps an entry as long as it may be served stale, whatever keepExpiredMs says', async () => {
  const now = Date.now()
  const entry = { ...ENTRY, expiresAt: now + 60_000, staleUntil: now + 7 * DAY }
  for (const keepExpiredMs of [0, 1000, DAY]) {
    const { ttls, store } = timed({ keepExpiredMs })
    await store.set(entry)
    expect(ttls[0]).toBeGreaterThan(7 * DAY - 60_000)
    expect(ttls[0]).toBeLessThanOrEqual(7 * DAY)
    expect(await store.get('h')).toEqual(entry)
  }
  const { ttls, store } = timed({ keepExpiredMs: 30 * DAY })
  await store.set(entry)
  expect(ttls[0]).toBeGreaterThan(29 * DAY)
})

test('an entry whose time is over is never kept forever', async () => {
  const { ttls, keyv, store } = timed({ keepExpiredMs: 0 })
  await store.set({ ...ENTRY, expiresAt: 5 })
  await store.set({ ...ENTRY, expiresAt: 5, staleUntil: 7 })
  expect(ttls).toEqual([1, 1])
  await expect.poll(() => keyv.get('f/h')).toBeUndefined()
})

test('prune deletes what may not be served stale any more, and nothing before', async () => {
  const store = keyvStore(new Keyv({ store: new Map() })).open('f')
  await store.set({ ...ENTRY, hash: 'never' })
  await store.set({ ...ENTRY, hash: 'expired', expiresAt: 10 })
  await store.set({ ...ENTRY, hash: 'stale', expiresAt: 10, staleUntil: 20 })
  // What no caller writes, and a file may hold.
  await store.set({ ...ENTRY, hash: 'odd', expiresAt: 30, staleUntil: 1 })
  const left = async () => {
    const hashes: string[] = []
    for await (const { hash } of store.heads()) hashes.push(hash)
    return hashes.sort()
  }
  expect(await store.prune(19)).toBe(1)
  expect(await left()).toEqual(['never', 'odd', 'stale'])
  expect(await store.prune(20)).toBe(1)
  expect(await left()).toEqual(['never', 'odd'])
  expect(await store.prune(30)).toBe(1)
  expect(await left()).toEqual(['never'])
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
  expect(map.supports).toEqual({
    lease: false,
    many: false,
    tags: false,
    bounds: false,
    persistent: false,
    readOnly: true,
  })
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

test('no record of another function, however wrong, keeps a function from being listed, pruned and cleared', async () => {
  const keyv = new Keyv({ store: new Map() })
  const adapter = keyvStore(keyv)
  const problems: unknown[] = []
  const store = adapter.open('f', { report: (problem) => problems.push(problem) })
  await store.set(ENTRY)
  for (const [index, record] of WRONG_RECORDS.entries()) {
    await keyv.set(`g/${index}`, record)
    await keyv.set(`f/${index}`, record)
  }
  await keyv.set('g/number', 5)
  await keyv.set('g/null', null as never)
  for (const index of WRONG_RECORDS.keys()) expect(await store.get(String(index))).toBeUndefined()
  expect(problems).toHaveLength(WRONG_RECORDS.length)
  for (const problem of problems) expect(problem).toMatchObject({ code: 'ERR_PERSIST_ENTRY_DAMAGED' })
  const names: string[] = []
  for await (const name of adapter.namespaces!()) names.push(name)
  expect(names).toEqual(['f'])
  expect(await store.stats()).toMatchObject({ entries: 1 })
  expect(await store.prune(0)).toBe(0)
  expect(await store.clear()).toBe(1)
})

test('a Keyv that answers with what no Keyv answers has failed', async () => {
  const failing = (methods: Record<string, unknown>) => {
    const keyv = { get: async () => undefined, set: async () => true, delete: async () => true, ...methods }
    return keyvStore(keyv as never).open('f')
  }
  const store = { store: { getMany() {} } }
  for (const answer of [undefined, 5, [1, 2, 3]]) {
    const { getMany } = failing({ ...store, getMany: async () => answer })
    await expect(getMany!(['h'])).rejects.toMatchObject({ name: 'StoreError' })
  }
  for (const iterator of [() => undefined, () => ({}), () => [][Symbol.iterator]()]) {
    await expect(failing({ iterator }).clear()).rejects.toMatchObject({ name: 'StoreError' })
  }
  const broken = failing({ iterator: () => ({ [Symbol.asyncIterator]: () => ({ next: () => JSON.parse('x') }) }) })
  await expect(broken.clear()).rejects.toMatchObject({ name: 'StoreError', operation: 'clear' })
  expect(await failing({ iterator: () => values([5, 'x', ['k']]) }).clear()).toBe(0)
  expect(await failing({ delete: async () => undefined }).delete('h')).toBe(false)
})

async function* values(list: readonly unknown[]) {
  yield* list
}

test('a step of a listing may take as long as ten values do, so that a function with large results can be cleared', async () => {
  const map = new Map<string, unknown>()
  const store = listedBy(map, async function* () {
    await new Promise((resolve) => setTimeout(resolve, 600))
    yield* [...map]
  })
  const opened = keyvStore(new Keyv({ store }), { serverWaitMs: 200 }).open('f')
  await opened.set(ENTRY)
  expect(await opened.clear()).toBe(1)
  expect(map.size).toBe(0)
})

test('a listing that is never answered costs a bounded wait', async () => {
  async function* hangs() {
    await new Promise(() => {})
    yield []
  }
  const keyv = { get: async () => undefined, set: async () => true, delete: async () => true, iterator: hangs }
  const store = keyvStore(keyv as never, { serverWaitMs: 5 }).open('f')
  await expect(store.clear()).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
})

test('an error says in words what could not be done', async () => {
  const fails = async () => {
    throw new Error('read ECONNRESET')
  }
  const keyv = { get: fails, set: fails, delete: fails, getMany: fails, store: { getMany: fails }, iterator: failing }
  const adapter = keyvStore(keyv as never)
  const store = adapter.open('f')
  const failures = [
    store.get('h'),
    store.getMany!(['h']),
    store.set(ENTRY),
    store.delete('h'),
    store.clear(),
    store.stats(),
    store.prune(0),
    adapter.ping!(),
    store.heads()[Symbol.asyncIterator]().next(),
    store.entries()[Symbol.asyncIterator]().next(),
    adapter.namespaces!()[Symbol.asyncIterator]().next(),
  ]
  for (const failure of failures) {
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(/ could not (read|store|delete|count|list|be) ?\w*.*: read ECONNRESET$/),
    })
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('be used') })
  }
})

// biome-ignore lint/correctness/useYield: it fails before
async function* failing() {
  throw new Error('read ECONNRESET')
}

test.each(['postgres://ann:S3cret@localhost/app', 'mysql://localhost', 'sqlite://file', 'valkey://localhost'])(
  '%s is answered with the way to a Keyv instance, and no password',
  (url) => {
    expect(() => keyvStore(url)).toThrow(/keyvStore\(new Keyv\(/)
    expect(() => keyvStore(url)).not.toThrow(/S3cret/)
  },
)

/** A storage adapter over a map that lists as a function does. */
function listedBy(map: Map<string, unknown>, list: () => AsyncGenerator<unknown>): KeyvStoreAdapter {
  const store: KeyvStoreAdapter = {
    opts: { dialect: 'redis', url: '' },
    get: async (key) => map.get(key) as never,
    set: async (key, value) => map.set(key, value),
    delete: async (key) => map.delete(key),
    clear: async () => map.clear(),
    on: () => store,
    iterator: list as never,
  }
  return store
}
