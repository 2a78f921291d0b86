import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dependency, memoryStore, type Options, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { afterAll, describe, expect, it } from 'vitest'
import { asOtherProcess, chunksOf, harness, withMethods } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'persist-explain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0
const newFolder = () => join(folder, String(++stores))

const parts = (...named: [string, string][]): Dependency => ({
  name: 'code',
  read: () => ({ digest: JSON.stringify(named), parts: named.map(([name, digest]) => ({ name, digest })) }),
})
interface Ask {
  readonly model: string
  readonly temperature: number
}
const ask = ({ model, temperature }: Ask, _seed?: number) => `${model} at ${temperature}`

/** The function as another process with other options has it. */
function inProcess(cache: StoreAdapter, options: Options = {}, runtime: object = {}) {
  const { persist, advance, events, report } = harness(runtime)
  const f = persist(ask, { funcname: 'ask', cache: asOtherProcess(cache), report, ...options })
  return { f, advance, events, misses: () => events.flatMap((event) => (event.name === 'miss' ? [event] : [])) }
}

describe.each<[string, () => StoreAdapter]>([
  ['a folder', () => diskStore(newFolder())],
  ['memory', () => memoryStore()],
  ['LMDB', () => lmdbStore(newFolder())],
  ['an asynchronous store', () => delayed(memoryStore())],
])('f.explain over %s', (_, makeStore) => {
  const small: Ask = { model: 'small', temperature: 0 }

  it('reports the age of a hit and what was verified', async () => {
    const { f, advance } = inProcess(makeStore(), { ttl: '1h', version: '1', validate: () => true })
    await f(small)
    advance(500)
    expect(await f.explain(small)).toEqual({
      hit: true,
      tier: 'store',
      stale: false,
      ageMs: 500,
      createdAt: 1_000_000,
      expiresAt: 4_600_000,
      verified: ['key', 'version', 'ttl', 'validate'],
      edited: false,
    })
  })

  it('names the places where an absent call differs from the nearest one, without stored keys', async () => {
    const { f } = inProcess(makeStore())
    await f({ model: 'large', temperature: 0 }, 1)
    await f(small, 1)
    await f(small, 2)
    const hash = await hashOf(f, small, 2)
    expect(await f.explain({ ...small, temperature: 0.2 }, 2)).toEqual({
      hit: false,
      reason: 'absent',
      nearest: { hash, differs: ['$[0].temperature'], createdAt: 1_000_000 },
    })
  })

  it('names both values with stored keys', async () => {
    const { f } = inProcess(makeStore(), { storekey: true })
    await f(small)
    await f({ model: 'large', temperature: 1 })
    expect(await f.explain({ ...small, temperature: 0.2 })).toMatchObject({
      reason: 'absent',
      nearest: { differs: ['$[0].temperature: 0 → 0.2'] },
    })
  })

  it('says only absent if no entry is near', async () => {
    const { f } = inProcess(makeStore())
    await f(small)
    expect(await f.explain({ model: 'large', temperature: 1 })).toEqual({ hit: false, reason: 'absent' })
  })

  it('names the version, files and packages that have changed', async () => {
    const cache = persistent(makeStore())
    const before = parts(
      ['ask', 'a'],
      ['./integrate.ts', '1'],
      ['./same.ts', '1'],
      ['mathjs@14.0.0', '1'],
      ['$TZ', '1'],
    )
    const now = parts(['ask', 'a'], ['./integrate.ts', '2'], ['./same.ts', '1'], ['mathjs@14.0.1', '2'], ['$TZ', '2'])
    await inProcess(cache, { version: '1', dependsOn: [before] }).f(small)
    const { f, misses, advance } = inProcess(cache, { version: '2', dependsOn: [now] })
    advance(10)
    const changed = ['version 1 → 2', '$TZ', './integrate.ts', 'mathjs 14.0.0 → 14.0.1']
    expect(await f.explain(small)).toEqual({ hit: false, reason: 'version', ageMs: 10, changed })
    await f(small)
    expect(misses()).toMatchObject([{ reason: 'version', because: { changed } }])
  })

  it('finds the result of another version that is kept beside', async () => {
    const cache = persistent(makeStore())
    const options = (digest: string): Options => ({ dependsOn: [parts(['./a.ts', digest])], versions: 'beside' })
    await inProcess(cache, options('1')).f(small)
    expect(await inProcess(cache, options('2')).f.explain(small)).toEqual({
      hit: false,
      reason: 'absent',
      changed: ['./a.ts'],
    })
  })

  it('reports an expired entry, an invalid one, a refresh, and a mode without the store', async () => {
    const cache = makeStore()
    const { f, advance } = inProcess(cache, { ttl: 100 })
    await f(small)
    expect(await inProcess(cache, { validate: () => false }).f.explain(small)).toEqual({
      hit: false,
      reason: 'invalid',
      ageMs: 0,
    })
    advance(200)
    expect(await f.explain(small)).toEqual({ hit: false, reason: 'expired', ageMs: 200 })
    const inMode = (mode: string) => inProcess(cache, {}, { env: { PERSIST_MODE: mode } }).f.explain(small)
    expect(await inMode('refresh')).toEqual({ hit: false, reason: 'refresh' })
    expect(await inMode('off')).toEqual({ hit: false, reason: 'off' })
  })

  it('distinguishes an entry that is served while it is refreshed from one that is served on errors only', async () => {
    const cache = makeStore()
    const soon = inProcess(cache, { ttl: 100, staleWhileRevalidate: 1_000 })
    await soon.f(small)
    soon.advance(200)
    expect(await soon.f.explain(small)).toMatchObject({ hit: true, stale: true, ageMs: 200 })
    const onError = inProcess(cache, { ttl: 100, staleIfError: 1_000 })
    onError.advance(200)
    expect(await onError.f.explain(small)).toMatchObject({ hit: false, reason: 'expired' })
  })

  it('reports an entry of another source, and names the function', async () => {
    const cache = makeStore()
    const { persist } = harness()
    const [one, other] = [{ work: (x: number) => x + 1 }.work, { work: (x: number) => x + 2 }.work]
    await persist(one, { cache: asOtherProcess(cache) })(1)
    expect(await persist(other, { cache: asOtherProcess(cache) }).explain(1)).toEqual({
      hit: false,
      reason: 'source',
      ageMs: 0,
      changed: ['work'],
    })
    await persist(one, { funcname: 'named', cache: asOtherProcess(cache) })(1)
    expect(await persist(other, { funcname: 'named', cache: asOtherProcess(cache) }).explain(1)).toMatchObject({
      hit: true,
      edited: true,
    })
  })

  it('neither computes, nor writes, nor takes a lease', async () => {
    const calls: string[] = []
    const noted = (name: string) => () => {
      calls.push(name)
      throw new Error(name)
    }
    const cache = makeStore()
    await inProcess(cache).f(small)
    const watched = withMethods(cache, { set: noted('set'), lease: noted('lease'), delete: noted('delete') })
    let runs = 0
    const f = harness().persist((_: Ask) => ++runs, { funcname: 'ask', cache: asOtherProcess(watched) })
    await f.explain(small)
    await f.explain({ model: 'other', temperature: 0 })
    expect([runs, calls]).toEqual([0, []])
  })

  it('reports a store that fails', async () => {
    const failing = withMethods(makeStore(), {
      get: () => {
        throw new Error('out of order')
      },
    })
    expect(await inProcess(failing).f.explain(small)).toEqual({ hit: false, reason: 'unreachable' })
  })

  it('works for async generators, and with the own hash keeps arguments secret', async () => {
    const { persist } = harness()
    const cache = makeStore()
    const count = persist(
      async function* (to: number, _step: number) {
        for (let i = 0; i < to; i++) yield i
      },
      { funcname: 'count', cache },
    )
    await chunksOf(count(2, 1))
    expect(await count.explain(2, 1)).toMatchObject({ hit: true })
    expect(await count.explain(2, 2)).toMatchObject({ reason: 'absent', nearest: { differs: ['$[1]'] } })
    const secret = persist((_user: string, pin: string) => pin, {
      funcname: 'secret',
      cache,
      hash: ([user, pin]) => `${user.length}${pin.length}`,
    })
    await secret('ann', '1234')
    for await (const head of cache.open('secret').heads()) expect(head).not.toHaveProperty('keyParts')
  })
})

function persistent(adapter: StoreAdapter): StoreAdapter {
  return { ...adapter, supports: { ...adapter.supports, persistent: true }, open: adapter.open.bind(adapter) }
}

async function hashOf(f: { explain: (ask: Ask, seed: number) => unknown }, one: Ask, seed: number): Promise<string> {
  const found = (await f.explain({ ...one, temperature: 99 }, seed)) as { nearest: { hash: string } }
  return found.nearest.hash
}

describe('f.explain over a folder', () => {
  it('reports a damaged entry, and leaves it where it is, with its times', async () => {
    const path = newFolder()
    const f = harness().persist((x: number) => `value ${x}`, { funcname: 'f', cache: diskStore(path) })
    f(1)
    const [name] = readdirSync(join(path, 'f')).filter((file) => file.endsWith('.entry'))
    const file = join(path, 'f', name!)
    const before = statSync(file)
    expect(f.explain(1)).toMatchObject({ hit: true })
    expect(statSync(file).ctimeMs).toBe(before.ctimeMs)
    writeFileSync(file, readFileSync(file, 'utf8').replace('value 1', 'value 2'))
    expect(f.explain(1)).toEqual({ hit: false, reason: 'unreadable' })
    expect(readdirSync(join(path, 'f'))).toContain(name)
  })
})

describe.each<[string, (path: string) => StoreAdapter]>([
  ['a folder', (path) => diskStore(path)],
  ['LMDB', (path) => lmdbStore(path)],
])('f.explain over %s that does not exist', (_, makeStore) => {
  it('reports an absent entry and makes no folder', async () => {
    const path = newFolder()
    expect(await inProcess(makeStore(path)).f.explain({ model: 'm', temperature: 0 })).toEqual({
      hit: false,
      reason: 'absent',
    })
    expect(existsSync(path)).toBe(false)
  })
})

describe('f.explain with a memory tier', () => {
  it('reports the tier, and works on methods', () => {
    const { persist } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache: memoryStore(), memory: true })
    f(1)
    expect(f.explain(1)).toMatchObject({ hit: true, tier: 'memory', verified: ['key'] })
    const scale = persist(
      function (this: { by: number }, x: number) {
        return x * this.by
      },
      {
        funcname: 'scale',
        cache: memoryStore(),
        key(this: { by: number }, x: number) {
          return [this.by, x]
        },
      },
    )
    scale.call({ by: 2 }, 3)
    expect(scale.explain.call({ by: 2 }, 3)).toMatchObject({ hit: true })
    expect(scale.explain.call({ by: 3 }, 3)).toMatchObject({ nearest: { differs: ['$[0]'] } })
  })
})

describe('the event miss', () => {
  it('names the nearest call at verbosity 3, and does not list the store for other listeners', () => {
    const lines: string[] = []
    let listings = 0
    const store = memoryStore()
    const cache = withMethods(store, {
      heads: () => {
        listings++
        return store.open('ask').heads()
      },
    })
    const quiet = inProcess(cache)
    quiet.f({ model: 'small', temperature: 0 }, 1)
    quiet.f({ model: 'small', temperature: 1 }, 1)
    expect([listings, quiet.misses().some(({ because }) => because !== undefined)]).toEqual([0, false])
    const loud = inProcess(cache, { verbosity: 3 }, { stderr: (line: string) => lines.push(line) })
    loud.f({ model: 'small', temperature: 0.5 }, 1)
    expect(lines[0]).toMatch(
      /^persist: miss ask\/\S+ \(absent; nearest is \S{43}, which differs in \$\[0\]\.temperature\)\n$/,
    )
    expect(listings).toBe(1)
  })

  it('reads what a version depended on once, however many entries of it miss', () => {
    const cache = persistent(memoryStore())
    const first = inProcess(cache, { dependsOn: [parts(['./a.ts', '1'])] })
    for (let x = 0; x < 10; x++) first.f({ model: 'm', temperature: x })
    let opened = 0
    const watched = {
      ...cache,
      open: (namespace: string, options?: object) => {
        if (namespace === '~code' && options !== undefined) opened++
        return cache.open(namespace, options)
      },
    }
    const second = inProcess(watched, { dependsOn: [parts(['./a.ts', '2'])] })
    for (let x = 0; x < 10; x++) second.f({ model: 'm', temperature: x })
    expect(second.misses().map(({ because }) => because?.changed)).toEqual(Array.from({ length: 10 }, () => ['./a.ts']))
    expect(opened).toBe(1)
  })
})
