import { createSecretKey, randomBytes } from 'node:crypto'
import { CodecError, type Entry, memoryStore, type Options, type PersistEvent, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, chunksOf, harness, inBothModes, withoutLeases } from './harness.ts'

const KEY = 'A'.repeat(43)
const OTHER_KEY = Buffer.alloc(32, 7)
const TEXT = 'the same sentence again and again. '.repeat(200)
const COMPRESSIONS = ['gzip', 'brotli', 'zstd'] as const

/** The codecs that this runtime has. */
const available = COMPRESSIONS.filter((compress) => {
  try {
    harness().persist((x: number) => x, { funcname: 'probe', cache: memoryStore(), compress })
    return true
  } catch {
    return false
  }
})

async function storedIn(cache: StoreAdapter, funcname: string): Promise<Entry[]> {
  const found: Entry[] = []
  for await (const entry of cache.open(funcname).entries()) found.push(entry)
  return found
}

function wrapped<V>(cache: StoreAdapter, value: V, options: Options = {}) {
  const { persist, ...rest } = harness()
  let runs = 0
  const f = persist(
    (_: number) => {
      runs++
      return value
    },
    { funcname: 'f', cache, verbosity: 0, report: rest.report, ...options } as object,
  ) as ((x: number) => V) & { peek(x: number): V | undefined; forget(x: number): boolean; refresh(x: number): V }
  return { f, runs: () => runs, ...rest }
}

/** Replaces the entry of `f` by another one, as a person can who writes to the store. */
async function tamper(cache: StoreAdapter, change: (entry: Entry) => Entry): Promise<void> {
  const [entry] = await storedIn(cache, 'f')
  await cache.open('f').set(change(entry!))
}

const problems = (events: readonly PersistEvent[]) =>
  events.flatMap((event) => (event.name === 'problem' ? [event.error as CodecError] : []))

inBothModes('compress', (makeStore) => {
  it.each(available)('%s stores fewer bytes, names itself in the head, and the value comes back', async (compress) => {
    const cache = makeStore()
    const first = wrapped(cache, { TEXT }, { compress })
    expect(await first.f(1)).toEqual({ TEXT })
    const [entry] = await storedIn(cache, 'f')
    expect(entry!.codecs).toEqual(['utf8', compress])
    expect(entry!.payload.length).toBeLessThan(TEXT.length / 10)
    const second = wrapped(asOtherProcess(cache), { TEXT: '' }, {})
    expect(await second.f(1)).toEqual({ TEXT })
    expect(second.runs()).toBe(0)
  })

  it('a small payload and one that does not become smaller are stored as they are', async () => {
    const cache = makeStore()
    const noise = randomBytes(5000)
    const random = { pickle: () => noise, unpickle: () => 'noise', compress: true }
    await wrapped(cache, 'short', { compress: true }).f(1)
    await wrapped(cache, 'noise', { ...random, funcname: 'noise' }).f(1)
    const [short] = await storedIn(cache, 'f')
    expect(short).not.toHaveProperty('codecs')
    expect(typeof short!.payload).toBe('string')
    const [stored] = await storedIn(cache, 'noise')
    expect(stored).not.toHaveProperty('codecs')
    expect(stored!.payload).toEqual(new Uint8Array(noise))
  })

  it('a payload that decompresses beyond maxBytes is a miss, and is reported by name', async () => {
    const cache = makeStore()
    await wrapped(cache, TEXT, { compress: true }).f(1)
    const bounded = wrapped(asOtherProcess(cache), 'computed', { maxBytes: 1000 })
    expect(await bounded.f(1)).toBe('computed')
    const [error] = problems(bounded.events)
    expect(error).toMatchObject({ code: 'ERR_PERSIST_CODEC', codec: 'gzip' })
    expect(error!.message).toContain('more than 1000 bytes')
  })

  it('a result that no reader would decompress is stored as it is', async () => {
    const cache = makeStore()
    await wrapped(cache, TEXT, { compress: true, maxBytes: 1000 }).f(1)
    for (const entry of await storedIn(cache, 'f')) expect(entry).not.toHaveProperty('codecs')
  })

  it('an entry in a codec that this version does not know is a miss, and is reported by name', async () => {
    const cache = makeStore()
    await wrapped(cache, TEXT, { compress: true }).f(1)
    await tamper(cache, (entry) => ({ ...entry, codecs: ['utf8', 'lzma'] }))
    const { f, events } = wrapped(asOtherProcess(cache), 'computed', {})
    expect(await f(1)).toBe('computed')
    expect(problems(events)[0]).toMatchObject({ code: 'ERR_PERSIST_CODEC', codec: 'lzma' })
  })

  it('a hit in memory has nothing to decompress', async () => {
    const cache = makeStore()
    const { f, eventNames } = wrapped(cache, { TEXT }, { compress: true, encrypt: KEY, memory: true })
    await f(1)
    await tamper(cache, (entry) => ({ ...entry, payload: new Uint8Array(3) }))
    eventNames()
    expect(await f(1)).toEqual({ TEXT })
    expect(eventNames()).toEqual(['hit memory'])
  })
})

inBothModes('encrypt', (makeStore) => {
  it('neither the value nor the stored key is in the store', async () => {
    const cache = makeStore()
    const { persist } = harness()
    const f = persist((patient: string) => ({ patient, recovered: true }), {
      funcname: 'f',
      cache,
      storekey: true,
      encrypt: KEY,
    })
    await f('Ann Smith')
    const [entry] = await storedIn(cache, 'f')
    expect(JSON.stringify(entry) + Buffer.from(entry!.payload as Uint8Array).toString('latin1')).not.toMatch(
      // No word that a random string may contain by chance.
      /Ann Smith|patient|recovered/,
    )
    expect(entry!.codecs).toEqual(['utf8', expect.stringMatching(/^aes-256-gcm:[\w-]{11}$/)])
    expect(await f('Ann Smith')).toEqual({ patient: 'Ann Smith', recovered: true })
    const keys: unknown[] = []
    for await (const key of (f.cache as unknown as { keys(): Iterable<unknown> }).keys()) keys.push(key)
    expect(keys).toEqual([['Ann Smith']])
  })

  it('no digest of a single argument is in the store, by which it could be guessed', async () => {
    const cache = makeStore()
    const { persist } = harness()
    const pin = persist((_user: string, pin: string) => pin, { funcname: 'f', cache, encrypt: KEY })
    await pin('ann', '1234')
    expect((await storedIn(cache, 'f'))[0]).not.toHaveProperty('keyParts')
  })

  it('an entry under another key is reported and kept, and the call computes', async () => {
    const cache = makeStore()
    await wrapped(cache, 'theirs', { encrypt: OTHER_KEY }).f(1)
    const before = await storedIn(cache, 'f')
    for (const options of [{ encrypt: KEY }, {}]) {
      const { f, runs, events, eventNames } = wrapped(asOtherProcess(cache), 'mine', options)
      expect(await f(1)).toBe('mine')
      expect(runs()).toBe(1)
      expect(problems(events)[0]).toBeInstanceOf(CodecError)
      expect(problems(events)[0]).toMatchObject({ code: 'ERR_PERSIST_DECRYPT', namespace: 'f' })
      expect(eventNames().filter((name) => /miss|skip|write/.test(name))).toEqual(['miss key', 'skip key'])
      expect(await storedIn(cache, 'f')).toEqual(before)
    }
  })

  it('a refresh and a deletion replace an entry under another key', async () => {
    const cache = makeStore()
    await wrapped(cache, 'theirs', { encrypt: OTHER_KEY }).f(1)
    const { f } = wrapped(asOtherProcess(cache), 'mine', { encrypt: KEY })
    await f.refresh(1)
    expect(await f.peek(1)).toBe('mine')
  })

  it('an expired entry under another key is replaced', async () => {
    const cache = makeStore()
    await wrapped(cache, 'theirs', { encrypt: OTHER_KEY, ttl: 1000 }).f(1)
    const { f, runs, advance } = wrapped(asOtherProcess(cache), 'mine', { encrypt: KEY })
    advance(2000)
    await f(1)
    expect(await f(1)).toBe('mine')
    expect(runs()).toBe(1)
  })

  it('of several keys the first encrypts and all decrypt', async () => {
    const cache = makeStore()
    await wrapped(cache, 'old', { encrypt: OTHER_KEY }).f(1)
    const rotated = wrapped(asOtherProcess(cache), 'new', { encrypt: [KEY, OTHER_KEY] })
    expect(await rotated.f(1)).toBe('old')
    await rotated.f(2)
    const onlyNew = wrapped(asOtherProcess(cache), 'none', { encrypt: KEY })
    expect(await onlyNew.f(2)).toBe('new')
    expect(onlyNew.runs()).toBe(0)
  })

  it('an entry without encryption is not served to a function that encrypts, and is replaced', async () => {
    const cache = makeStore()
    await wrapped(cache, 'forged', {}).f(1)
    const { f, runs, eventNames } = wrapped(asOtherProcess(cache), 'true', { encrypt: KEY })
    expect(await f(1)).toBe('true')
    expect(eventNames()).toContain('miss unencrypted')
    expect(await f(1)).toBe('true')
    expect(runs()).toBe(1)
  })

  it('an entry that was moved to another call, or whose head was changed, is not served', async () => {
    const cache = makeStore()
    const options = { encrypt: KEY, version: '1' }
    const { f } = wrapped(cache, 'value', options)
    await f(1)
    await f(2)
    const [one, two] = await storedIn(cache, 'f')
    const changes: ((entry: Entry) => Entry)[] = [
      () => ({ ...two!, hash: one!.hash }),
      (entry) => ({ ...entry, createdAt: entry.createdAt + 1 }),
      (entry) => ({ ...entry, expiresAt: 9e15 }),
      (entry) => ({ ...entry, tags: ['other'] }),
      (entry) => ({ ...entry, durationMs: 0.5 }),
      (entry) => ({ ...entry, codecs: entry.codecs!.slice(1) }),
      (entry) => ({ ...entry, payload: (entry.payload as Uint8Array).slice(0, 39) }),
      (entry) => ({ ...entry, payload: new Uint8Array() }),
      (entry) => ({ ...entry, payload: 'text' }),
    ]
    for (const change of changes) {
      await cache.open('f').set(change(one!))
      const reader = wrapped(asOtherProcess(cache), 'computed', options)
      expect(await reader.f.peek(1)).toBeUndefined()
      expect(problems(reader.events).map(({ code }) => code)).toEqual(['ERR_PERSIST_ENTRY_DAMAGED'])
      await cache.open('f').set(one!)
    }
  })

  it('an entry of one function is not served to another', async () => {
    const cache = makeStore()
    await wrapped(cache, 'of f', { encrypt: KEY }).f(1)
    const [entry] = await storedIn(cache, 'f')
    await cache.open('g').set(entry!)
    expect(await wrapped(asOtherProcess(cache), 'of g', { encrypt: KEY, funcname: 'g' }).f(1)).toBe('of g')
  })

  it('a stream is compressed and encrypted, and replayed', async () => {
    const cache = makeStore()
    const { persist } = harness()
    const numbers = async function* (n: number) {
      for (let i = 0; i < n; i++) yield { i, TEXT }
    }
    const options = { funcname: 'f', compress: true, encrypt: KEY } as const
    const chunks = await chunksOf(persist(numbers, { ...options, cache })(3))
    expect((await storedIn(cache, 'f'))[0]!.codecs).toHaveLength(3)
    expect(await chunksOf(persist(numbers, { ...options, cache: asOtherProcess(cache) })(3))).toEqual(chunks)
  })

  it('a stream under another key is kept', async () => {
    const cache = makeStore()
    const { persist } = harness()
    const numbers = async function* (n: number) {
      for (let i = 0; i < n; i++) yield i
    }
    await chunksOf(persist(numbers, { funcname: 'f', cache, encrypt: OTHER_KEY })(3))
    const before = await storedIn(cache, 'f')
    const mine = persist(numbers, { funcname: 'f', cache: asOtherProcess(cache), encrypt: KEY, verbosity: 0 })
    expect(await chunksOf(mine(3))).toEqual([0, 1, 2])
    expect(await storedIn(cache, 'f')).toEqual(before)
  })

  it('a replay refuses to compute for an entry under another key', async () => {
    const cache = makeStore()
    await wrapped(cache, 'theirs', { encrypt: OTHER_KEY }).f(1)
    const { persist } = harness({ env: { PERSIST_MODE: 'replay' } })
    const options = { funcname: 'f', cache: asOtherProcess(cache), verbosity: 0 } as const
    const call = async (encrypt: Options['encrypt']) => persist((_: number) => 'mine', { ...options, encrypt })(1)
    await expect(call(KEY)).rejects.toMatchObject({ code: 'ERR_PERSIST_REPLAY_MISS' })
  })

  it('many calls at once find encrypted results', async () => {
    const cache = makeStore()
    const { persist } = harness()
    let runs = 0
    const options = { funcname: 'f', compress: true, encrypt: KEY } as const
    const make = (store: StoreAdapter) =>
      persist(
        (x: number) => {
          runs++
          return { x, TEXT }
        },
        { ...options, cache: store },
      )
    const first = await make(cache).many([[1], [2]])
    expect(await make(asOtherProcess(cache)).many([[1], [2]])).toEqual(first)
    expect(runs).toBe(2)
  })

  it('put stores an encrypted result', async () => {
    const cache = makeStore()
    const { persist } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache, encrypt: KEY })
    await f.put(5, 1)
    expect((await storedIn(cache, 'f'))[0]!.codecs).toHaveLength(2)
    expect(await f.peek(1)).toBe(5)
  })

  it('a large result of an async function comes back, and view methods stay as the store is', async () => {
    const cache = makeStore()
    const value = Array.from({ length: 20_000 }, (_, i) => ({ i, name: randomBytes(8).toString('hex') }))
    const { persist } = harness()
    const make = (store: StoreAdapter) =>
      persist(async (_: number) => value, { funcname: 'f', cache: store, compress: true, encrypt: KEY })
    await make(cache)(1)
    const again = make(asOtherProcess(cache))
    expect(await again(1)).toEqual(value)
    expect(again.peek(1) instanceof Promise).toBe(cache.mode === 'async')
    expect(again.explain(1) instanceof Promise).toBe(cache.mode === 'async')
    expect(await again.explain(1)).toMatchObject({ hit: true, tier: 'store' })
    expect(await again.peek(1)).toEqual(value)
  })
})

describe.each([
  ['with leases', () => delayed(memoryStore())],
  ['without leases', () => withoutLeases(delayed(memoryStore()))],
])('a put that is compressed beside the event loop, over a store %s', (_, makeStore) => {
  const large = (start: string) => start + randomBytes(100_000).toString('hex')
  const make = () => {
    const { persist, report } = harness()
    const options: Options = { funcname: 'f', cache: makeStore(), report, compress: true, tags: () => ['tag'] }
    const f = persist(async (_: number) => 'computed', options)
    return { f, start: async () => (await f(1)).slice(0, 8) }
  }

  it.each(['put', 'forget', 'clear', 'deleteByTag'] as const)('does not undo a later %s', async (later) => {
    const { f, start } = make()
    const change = {
      put: () => f.put('later', 1),
      forget: () => f.forget(1),
      clear: () => f.clear(),
      deleteByTag: () => f.cache.deleteByTag('tag'),
    }
    await Promise.all([f.put(large('large'), 1), change[later]()])
    expect(await start()).toBe(later === 'put' ? 'later' : 'computed')
  })

  it('replaces earlier puts that are compressed for longer, and the result of a run of the meantime', async () => {
    const { f, start } = make()
    const earlier = [f.put(large('first').repeat(4), 1), f.put(large('second').repeat(3), 1)]
    await Promise.all([...earlier, f.put(large('the last'), 1), f(1)])
    expect(await start()).toBe('the last')
  })
})

describe('keys', () => {
  it('bytes, a KeyObject, base64, base64url and hexadecimal digits name one key', async () => {
    const cache = memoryStore()
    const bytes = Buffer.alloc(32, 251)
    const forms = [
      bytes,
      new Uint8Array(bytes),
      createSecretKey(bytes),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ]
    await wrapped(cache, 'value', { encrypt: bytes }).f(1)
    for (const encrypt of forms)
      expect(await wrapped(asOtherProcess(cache), 'none', { encrypt }).f.peek(1)).toBe('value')
  })

  it.each([
    ['a passphrase', 'correct horse battery staple'],
    ['31 bytes', new Uint8Array(31)],
    ['an empty string', ''],
    ['an empty list', []],
    ['a list with undefined', [undefined]],
    ['null', null],
    ['a number', 5],
    ['a public key', { type: 'public', export: () => new Uint8Array(32) }],
  ])('%s is no key, and the message does not contain it', (_, encrypt) => {
    const make = () => wrapped(memoryStore(), 1, { encrypt: encrypt as string })
    expect(make).toThrow(/encrypt takes keys of 32 random bytes.*openssl rand -base64 32/)
    expect(make).not.toThrow(/horse/)
  })

  it('an unknown codec is refused when the function is wrapped', () => {
    expect(() => wrapped(memoryStore(), 1, { compress: 'lzma' as 'gzip' })).toThrow(
      "the option compress must be true, false, 'gzip', 'brotli' or 'zstd', not \"lzma\"",
    )
  })
})

const values = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })

it('any value comes back equal, under every combination of codecs', async () => {
  const combinations = fc.record({
    compress: fc.constantFrom(false, ...available),
    encrypt: fc.constantFrom(undefined, KEY, [OTHER_KEY, KEY]),
  })
  await fc.assert(
    fc.asyncProperty(values, fc.nat(40), combinations, async (value, repeats, options) => {
      const long = Array.from({ length: repeats }, () => value)
      const cache = memoryStore()
      const plain = wrapped(memoryStore(), long, {}).f
      await wrapped(cache, long, { ...options, verbosity: 0 }).f(1)
      const expected = plain(1) && plain.peek(1)
      expect(wrapped(asOtherProcess(cache), [], options).f.peek(1)).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

it('halves of surrogate pairs survive', () => {
  const string = `half \ud83d and \ufeff ${'x'.repeat(2000)}`
  const cache = memoryStore()
  const pickles = { pickle: (value: string) => value, unpickle: (value: string) => value }
  const options = { ...pickles, compress: true, encrypt: KEY }
  wrapped(cache, string, options).f(1)
  expect(wrapped(asOtherProcess(cache), '', options).f.peek(1)).toBe(string)
})

it('an encrypted entry with any bit changed is never served', async () => {
  const cache = memoryStore()
  const { f } = wrapped(cache, { TEXT }, { encrypt: KEY, compress: true })
  f(1)
  const [entry] = await storedIn(cache, 'f')
  const payload = entry!.payload as Uint8Array
  const reader = wrapped(asOtherProcess(cache), 'computed', { encrypt: KEY }).f
  for (let bit = 0; bit < payload.length * 8; bit++) {
    const changed = new Uint8Array(payload)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    cache.open('f').set({ ...entry!, payload: changed })
    expect(reader.peek(1)).toBeUndefined()
  }
})
