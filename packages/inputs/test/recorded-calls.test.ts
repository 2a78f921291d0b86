import { mkdirSync, readFileSync } from 'node:fs'
import { createPersist, type Entry, memoryStore, type Options, type StoreAdapter } from '@persist/core'
import { type DirectoryArgument, directory, env, type FileArgument, file, readFile } from '@persist/inputs'
import { expect, test } from 'vitest'
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

/** A store in memory with other methods. */
function storeWith(
  mode: 'sync' | 'async',
  methods: (store: ReturnType<StoreAdapter<'sync'>['open']>) => object,
): StoreAdapter {
  const inner = memoryStore()
  const open: StoreAdapter<'sync'>['open'] = (...args) => {
    const store = inner.open(...args)
    const replaced = methods(store)
    return new Proxy(store, {
      get(_, name) {
        const member: unknown = Reflect.get(name in replaced ? replaced : store, name)
        return typeof member === 'function' ? member.bind(store) : member
      },
    })
  }
  return { ...inner, mode, open } as StoreAdapter
}

const UNTRACED: Options = { report: () => {}, trace: false }

test('a file that a traced function passes to another function is an input of its result', async () => {
  const { at, write, persist, options, happened } = project({ a: 'old' })
  const length = persist(async ({ path }: FileArgument) => readFileSync(path).length, {
    ...options,
    ...UNTRACED,
    funcname: 'length',
  })
  const page = persist(async () => `${await length(file(at('a')))} bytes`, { ...options, funcname: 'page' })
  expect([await page(), await page()]).toEqual(['3 bytes', '3 bytes'])
  write('a', 'newer')
  expect([await page(), await page()]).toEqual(['5 bytes', '5 bytes'])
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input a', 'hit'])
})

test('a file argument that was missing is an input too', async () => {
  const { at, write, persist, options } = project()
  const length = persist(({ path }: FileArgument) => readFileSync(path).length, {
    ...options,
    ...UNTRACED,
    funcname: 'length',
  })
  const page = persist(
    () => {
      try {
        return `${length(file(at('a')))} bytes`
      } catch {
        return 'none'
      }
    },
    { ...options, funcname: 'page' },
  )
  expect([page(), page.has()]).toEqual(['none', true])
  mkdirSync(at('b'))
  expect(page.has()).toBe(true)
  write('a', 'newer')
  expect([page(), page()]).toEqual(['5 bytes', '5 bytes'])
})

test('a folder that a traced function passes to another function is an input of its result, as far as it counts', async () => {
  const { at, write, persist, options, happened } = project({ 'src/a b.ts': 'old', 'src/a.md': 'x' })
  const length = persist(async (folder: DirectoryArgument) => readFileSync(`${folder}/a b.ts`).length, {
    ...options,
    ...UNTRACED,
    funcname: 'length',
  })
  const page = persist(
    async () => [
      await length(directory(at('src'), { include: ['* *.ts', '100%'] })),
      await length(directory(at('src'), { exclude: '*.md' })),
    ],
    { ...options, funcname: 'page' },
  )
  expect(await page()).toEqual([3, 3])
  write('src/a.md', 'changed')
  expect(await page()).toEqual([3, 3])
  write('src/a b.ts', 'newer')
  expect([await page(), await page()]).toEqual([
    [5, 5],
    [5, 5],
  ])
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input src {"include":["*%20*.ts","100%25"]}', 'hit'])
})

test('a promise that begins its work when it is awaited belongs to the run, also if its class extends Promise', async () => {
  class LazyPromise<T> extends Promise<T> {
    begin: () => T = () => undefined as T

    static of<T>(begin: () => T): LazyPromise<T> {
      const lazy = new LazyPromise<T>(() => {})
      lazy.begin = begin
      return lazy
    }

    // biome-ignore lint/suspicious/noThenProperty: such promises do this
    override then<A = T, B = never>(
      fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
      rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      return new Promise<T>((resolve) => resolve(this.begin())).then(fulfilled, rejected)
    }
  }
  const { persist, options } = project()
  const f = persist((): Promise<string> => LazyPromise.of(() => env('LAZY') ?? 'none'), { ...options, funcname: 'f' })
  process.env.LAZY = 'old'
  expect([await f(), await f()]).toEqual(['old', 'old'])
  process.env.LAZY = 'newer'
  expect(await f()).toBe('newer')
})

test.each(['sync', 'async'] as const)(
  'a call that fails over a %s store that fails leads to no entry',
  async (mode) => {
    const { options, happened } = project()
    const persist = createPersist({ env: {}, stderr: () => {} })
    let isDown = true
    const failing = storeWith(mode, (store) => {
      const get = (hash: string) => {
        if (isDown) throw new Error('down')
        return store.get(hash)
      }
      return { get: mode === 'sync' ? get : async (hash: string) => get(hash) }
    })
    const price = persist(async () => 1, { ...UNTRACED, funcname: 'price', cache: failing, onStoreError: 'throw' })
    const list = persist(
      async function* () {
        yield 1
      },
      { ...UNTRACED, funcname: 'list', cache: failing, onStoreError: 'throw' },
    )
    const offer = persist(() => price().catch(() => 'none'), { ...options, funcname: 'offer' })
    const offers = persist(
      async () => {
        try {
          const items: number[] = []
          for await (const item of list()) items.push(item)
          return items
        } catch {
          return 'none'
        }
      },
      { ...options, funcname: 'offers' },
    )
    expect([await offer(), await offers()]).toEqual(['none', 'none'])
    expect(happened().filter((line) => line.startsWith('skip'))).toEqual([
      'skip input-unverifiable',
      'skip input-unverifiable',
    ])
    isDown = false
    expect([await offer(), await offers()]).toEqual([1, [1]])
  },
)

test('a call sees the changes that were made before it of entries that its result was made from, also if no code waits for them', async () => {
  const { persist, options } = project()
  const cache = storeWith('async', (store) => ({
    get: async (hash: string) => store.get(hash),
    set: async (entry: Entry) => {
      await runPending()
      store.set(entry)
    },
  }))
  const price = persist(async () => 1, { ...options, ...UNTRACED, cache, funcname: 'price' })
  const offer = persist(async () => (await price()) * 10, { ...options, cache, funcname: 'offer' })
  expect(await offer()).toBe(10)
  const put = price.put(2)
  expect(await offer()).toBe(20)
  await put
})

test('a call that joined a failed run gets no expired result from before a change', async () => {
  const { at, write, options } = project({ a: 'old' })
  let now = 1_000_000
  const persist = createPersist({ env: {}, stderr: () => {}, now: () => now })
  const { open, passed } = gate()
  let runs = 0
  const f = persist(
    async () => {
      const text = await readFile(at('a'), 'utf8')
      if (runs++ === 0) return text
      await passed
      throw new Error(`run ${runs}`)
    },
    { ...options, cache: memoryStore(), funcname: 'f', ttl: '1s', staleIfError: '1h' },
  )
  expect(await f()).toBe('old')
  now += 2_000
  const before = f()
  while (runs < 2) await runPending()
  write('a', 'newer')
  const after = f()
  await runPending()
  open()
  expect(await before).toBe('old')
  await expect(after).rejects.toThrow('run 3')
})

test('a call that joined a run within another run of the same key gets no result from before a change', async () => {
  const { at, write, persist, options } = project({ a: 'old' })
  const { open, passed } = gate()
  const begun = gate()
  const shared = { ...options, report: () => {}, cache: memoryStore(), funcname: 'f' }
  let isOutermost = true
  const read = async (): Promise<string> => {
    if (isOutermost) {
      isOutermost = false
      return inner()
    }
    const text = await readFile(at('a'), 'utf8')
    begun.open()
    await passed
    return text
  }
  const [inner, outer] = [persist(read, shared), persist(read, shared)]
  const before = outer()
  await begun.passed
  write('a', 'newer')
  const after = inner()
  await runPending()
  open()
  expect([await before, await after]).toEqual(['old', 'newer'])
})

test('a call whose arguments change before it begins gets no result from before a change either', async () => {
  const { at, write, persist, options } = project({ a: 'old' })
  const [stores, stored] = [gate(), gate()]
  const cache = storeWith('async', (store) => ({
    get: async (hash: string) => store.get(hash),
    set: async (entry: Entry) => {
      stores.open()
      await stored.passed
      store.set(entry)
    },
  }))
  const f = persist(async (_: { id: number }) => readFile(at('a'), 'utf8'), {
    ...options,
    cache,
    funcname: 'f',
    singleFlight: 'process',
  })
  const before = f({ id: 2 })
  await stores.passed
  write('a', 'newer')
  const argument = { id: 1 }
  const after = f(argument)
  argument.id = 2
  await runPending()
  stored.open()
  expect([await before, await after]).toEqual(['old', 'newer'])
})

test('the result of a function that caught the abort of many calls is not stored, also if none of them began', async () => {
  const { persist, options } = project()
  const square = persist(async (x: number) => x * x, { ...options, ...UNTRACED, funcname: 'square' })
  const signal = AbortSignal.abort()
  const listed = persist(() => square.many([[1]], { signal }).catch(() => 'aborted'), {
    ...options,
    funcname: 'listed',
  })
  const iterated = persist(
    async () => {
      try {
        for await (const _ of square.many(new Set([[1] as [number]]), { signal }));
        return 'done'
      } catch {
        return 'aborted'
      }
    },
    { ...options, funcname: 'iterated' },
  )
  expect([await listed(), await iterated()]).toEqual(['aborted', 'aborted'])
  expect([listed.has(), iterated.has()]).toEqual([false, false])
})

test('a call that joined a run gets no error from before a change of an input, and shares any other error', async () => {
  const { at, write, persist, options } = project({ a: 'old' })
  let runs = 0
  let run = { ...gate(), hasRead: gate() }
  const f = persist(
    async () => {
      runs++
      const text = await readFile(at('a'), 'utf8')
      run.hasRead.open()
      await run.passed
      if (text === 'old') throw new Error('old')
      return text
    },
    { ...options, funcname: 'f' },
  )
  const first = f()
  await run.hasRead.passed
  const joined = [f(), f()]
  await runPending()
  run.open()
  expect((await Promise.allSettled([first, ...joined])).map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
  expect(runs).toBe(1)
  run = { ...gate(), hasRead: gate() }
  const before = f()
  await run.hasRead.passed
  write('a', 'newer')
  const after = [f(), f()]
  await runPending()
  run.open()
  await expect(before).rejects.toThrow('old')
  expect(await Promise.all(after)).toEqual(['newer', 'newer'])
  expect(runs).toBe(3)
})

test('a function that takes some results of an endless list is stored, but not if it catches the reason of the break later', async () => {
  const { persist, options } = project({})
  let connection: Promise<number> | undefined
  // The calls ahead of the break have begun.
  let connecting = gate()
  const connect = (signal: AbortSignal) =>
    new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  const square = persist(
    async (x: number, { signal }: { signal?: AbortSignal } = {}) => {
      if (x < 3) return x * x
      connecting.open()
      connection ??= connect(signal!)
      return connection
    },
    { ...options, funcname: 'square' },
  )
  const endless = function* (): Generator<[number, { signal: AbortSignal }]> {
    const { signal } = new AbortController()
    for (let x = 0; x < 5; x++) yield [x, { signal }]
  }
  let runs = 0
  const sumUpTo = async (most: number) => {
    runs++
    let sum = 0
    for await (const one of square.many(endless())) {
      sum += one
      if (sum <= most) continue
      await connecting.passed
      break
    }
    return sum
  }
  const sum = persist(sumUpTo, { ...options, funcname: 'sum' })
  expect([await sum(1), await sum(1), runs]).toEqual([5, 5, 1])
  connection = undefined
  connecting = gate()
  const caught = persist(
    async (most: number) => {
      await sumUpTo(most)
      await runPending()
      return square(9).catch((error: Error) => error.name)
    },
    { ...options, funcname: 'caught' },
  )
  expect([await caught(2), await caught(2), runs]).toEqual(['AbortError', 'AbortError', 3])
})
