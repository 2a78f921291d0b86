import { promises, readFileSync as readNow } from 'node:fs'
import { createPersist, memoryStore, type StoreAdapter } from '@persist/core'
import { env, observe, readFile, readFileSync } from '@persist/inputs'
import { describe, expect, test, vi } from 'vitest'
import { project } from './support/project.ts'

/** A promise, and the function that resolves it. */
function gate() {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

async function runPending(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

type Later = <T>(value: T) => Promise<T>

/** A store that replies later. `publish` is called before it stores the result of a run, `listed` with a list of entries. */
function laterStore(publish = async () => {}, listed: Later = async (found) => found): StoreAdapter {
  const inner = memoryStore()
  const open: StoreAdapter['open'] = (namespace, options) => {
    const store = inner.open(namespace, options)
    const lease: typeof store.lease = (hash, ms, options) => {
      const held = store.lease!(hash, ms, options)
      return held && { ...held, publish: (entry) => publish().then(() => held.publish(entry)) as never }
    }
    const later = {
      get: async (hash: string) => store.get(hash),
      getMany: async (hashes: readonly string[]) => listed(store.getMany!(hashes)),
      lease: async (...args: Parameters<typeof lease>) => lease(...args),
    }
    return new Proxy(store, {
      get(_, name) {
        const member: unknown = Reflect.get(name in later ? later : store, name)
        return typeof member === 'function' ? member.bind(store) : member
      },
    })
  }
  return { ...inner, mode: 'async', open }
}

/** An iteration before a change, one beside it, and one after the change, while the first one has not ended. */
async function followAround(lines: () => AsyncGenerator<string>, change: () => void, open: () => void): Promise<void> {
  const before = lines()
  const first = await before.next()
  const together = await lines().next()
  change()
  const after = lines()
  const second = await after.next()
  open()
  expect([first.value, together.value, second.value]).toEqual(['old', 'old', 'newer'])
  for (const iteration of [before, after]) for await (const _ of iteration);
}

describe('a call that begins after a change of an input gets no result from before, also from a call that is under way', () => {
  test('and that stores its result', async () => {
    const { at, write, persist, options } = project({ a: 'old' })
    const { open, passed } = gate()
    const stores = gate()
    const cache = laterStore(() => {
      stores.open()
      return passed
    })
    const f = persist(async () => readFile(at('a'), 'utf8'), { ...options, funcname: 'f', cache })
    const before = f()
    await stores.passed
    write('a', 'newer')
    const after = [f(), f()]
    await runPending()
    open()
    expect([await before, ...(await Promise.all(after))]).toEqual(['old', 'newer', 'newer'])
  })

  test('and that compares the inputs of a stored result', async () => {
    const { at, write, persist, options } = project({ a: 'old' })
    const { open, passed } = gate()
    let isSlow = false
    const revision = observe(`revision for ${at('a')}`, async () => {
      if (isSlow) await passed
      return 1
    })
    const f = persist(async () => `${await readFile(at('a'), 'utf8')} ${await revision()}`, {
      ...options,
      funcname: 'f',
      cache: laterStore(),
    })
    await f()
    isSlow = true
    const before = f()
    await runPending()
    write('a', 'newer')
    const after = [f(), f()]
    await runPending()
    open()
    expect([await before, ...(await Promise.all(after))]).toEqual(['old 1', 'newer 1', 'newer 1'])
  })

  test('and whose inputs cannot be verified', async () => {
    const { at, write, persist, options } = project({ a: 'old' })
    const { open, passed } = gate()
    const hasRead = gate()
    const failing = persist(
      async () => {
        throw new Error('fails')
      },
      { ...options, funcname: 'failing' },
    )
    const f = persist(
      async () => {
        await failing().catch(() => {})
        const content = await readFile(at('a'), 'utf8')
        hasRead.open()
        await passed
        return content
      },
      { ...options, funcname: 'f', report: () => {} },
    )
    const before = f()
    await hasRead.passed
    write('a', 'newer')
    const after = f()
    await runPending()
    open()
    expect([await before, await after]).toEqual(['old', 'newer'])
  })

  test('and whose function has called another that read the input', async () => {
    const { at, write, persist, options } = project({ a: 'old' })
    const { open, passed } = gate()
    const hasRead = gate()
    const inner = persist(async () => readFile(at('a'), 'utf8'), { ...options, funcname: 'inner' })
    const f = persist(
      async () => {
        const content = await inner()
        hasRead.open()
        await passed
        return content
      },
      { ...options, funcname: 'f' },
    )
    const before = f()
    await hasRead.passed
    write('a', 'newer')
    const after = f()
    await runPending()
    open()
    expect([await before, await after]).toEqual(['old', 'newer'])
  })

  test('and that yields chunks of another function', async () => {
    const { at, write, persist, options } = project({ a: 'old' })
    const { open, passed } = gate()
    const inner = persist(async () => readFile(at('a'), 'utf8'), { ...options, funcname: 'inner' })
    const lines = persist(
      async function* () {
        yield await inner()
        await passed
        yield 'end'
      },
      { ...options, funcname: 'lines' },
    )
    await followAround(lines, () => write('a', 'newer'), open)
  })

  test('and that yields chunks', async () => {
    const { at, write, persist, options } = project({ a: 'old' })
    const { open, passed } = gate()
    const lines = persist(
      async function* () {
        yield await readFile(at('a'), 'utf8')
        await passed
        yield 'end'
      },
      { ...options, funcname: 'lines' },
    )
    await followAround(lines, () => write('a', 'newer'), open)
    expect((await lines().next()).value).toBe('newer')
  })

  test.each(['a file', 'an observation', 'a call that it joins', 'a list of calls'] as const)(
    'and that yields chunks, but waits for %s',
    async (what) => {
      const { at, write, persist, options } = project({ a: 'old' })
      const { open, passed } = gate()
      const slowly: Later = async (value) => passed.then(() => value)
      const inner = persist(async (_: number) => slowly('old'), {
        funcname: 'inner',
        cache: laterStore(undefined, slowly),
      })
      let revision = 'old'
      const observed = observe(`revision ${at('a')}`, () => slowly(revision))
      const slowRead = vi.spyOn(promises, 'readFile')
      slowRead.mockImplementation((async (path: string) => slowly(readNow(path))) as never)
      const reads: Record<typeof what, () => Promise<string>> = {
        'a file': () => readFile(at('a'), 'utf8'),
        'an observation': observed,
        'a call that it joins': () => inner(1),
        'a list of calls': async () => (await inner.many([[2]]))[0]!,
      }
      await inner.put('old', 2)
      const outside = inner(1)
      const lines = persist(
        async function* () {
          yield await reads[what]()
        },
        { ...options, funcname: 'lines' },
      )
      const before = lines().next()
      await runPending()
      write('a', 'newer')
      revision = 'newer'
      await inner.put('newer', 1)
      await inner.put('newer', 2)
      const after = lines().next()
      await runPending()
      open()
      const seen = [await before, await after].map(({ value }) => value)
      slowRead.mockRestore()
      expect(seen).toEqual(['old', 'newer'])
      expect(await outside).toBe('old')
    },
  )
})

test('what a lazy promise reads when it is awaited is an input, whether or not the function is declared async', async () => {
  const { at, write, persist, options } = project({ a: 'old' })
  const lazy = () => ({
    // biome-ignore lint/suspicious/noThenProperty: queries are such objects
    then: (fulfilled: (value: string) => void) => fulfilled(`${readFileSync(at('a'), 'utf8')} ${env('LAZY')}`),
  })
  const declared = persist(async () => lazy() as PromiseLike<string>, { ...options, funcname: 'declared' })
  const undeclared = persist(() => lazy() as PromiseLike<string>, { ...options, funcname: 'undeclared', async: true })
  process.env.LAZY = '1'
  expect([await declared(), await undeclared()]).toEqual(['old 1', 'old 1'])
  write('a', 'newer')
  expect([await declared(), await undeclared()]).toEqual(['newer 1', 'newer 1'])
  process.env.LAZY = '2'
  expect([await declared(), await undeclared()]).toEqual(['newer 2', 'newer 2'])
})

test('a call with maxAge that a traced function makes is made again once its result is older', async () => {
  const { options } = project()
  let now = Date.now()
  const persist = createPersist({ env: {}, stderr: () => {}, now: () => now })
  let price = 1
  const current = persist(async () => price, { ...options, trace: false, funcname: 'current' })
  const offer = persist(async () => (await current.with({ maxAge: '1m' })()) * 10, { ...options, funcname: 'offer' })
  expect(await offer()).toBe(10)
  price = 2
  now += 30_000
  expect(await offer()).toBe(10)
  now += 40_000
  expect(await offer.has()).toBe(false)
  expect(await offer()).toBe(20)
})

test('PERSIST_MODE=verify reports no mismatch if an input has changed since the hit', async () => {
  const { at, write, options } = project({ a: 'old' })
  const events: string[] = []
  const work: Promise<unknown>[] = []
  const f = createPersist({ env: { PERSIST_MODE: 'verify' } })(async () => readFile(at('a'), 'utf8'), {
    ...options,
    funcname: 'f',
    report: ({ name }) => void events.push(name),
    waitUntil: (verified) => void work.push(verified),
  })
  expect([await f(), await f()]).toEqual(['old', 'old'])
  write('a', 'newer')
  await Promise.all(work)
  expect(work).toHaveLength(1)
  expect(events).toEqual(['miss', 'compute', 'write', 'hit'])
})
