import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { harness, inBothModes, runPending } from './harness.ts'

const url = (path: string) => `http://127.0.0.1/${path}`

inBothModes('an argument that has a signal', (makeStore) => {
  it('is an ordinary argument if it is an instance: two requests never share an entry', async () => {
    const { persist } = harness()
    const f = persist(async (request: Request) => request.url, { funcname: 'f', cache: makeStore() })
    await expect(f(new Request(url('a')))).rejects.toMatchObject({ code: 'ERR_PERSIST_KEY' })
    const seen: Request[] = []
    const g = persist(
      async (request: Request) => {
        seen.push(request)
        return request.url
      },
      { funcname: 'g', cache: makeStore(), key: (request) => request.url },
    )
    const [a, b] = [new Request(url('a')), new Request(url('b'))]
    expect([await g(a), await g(b), await g(a)]).toEqual([url('a'), url('b'), url('a')])
    expect(seen).toEqual([a, b])
  })

  it('is passed unchanged, with its class, if it is an instance', async () => {
    class Job {
      readonly #id: number
      readonly signal = new AbortController().signal
      constructor(id: number) {
        this.#id = id
      }
      get id() {
        return this.#id
      }
    }
    const { persist } = harness()
    const f = persist(async (job: Job) => job.id, { funcname: 'f', cache: makeStore(), key: (job) => job.id })
    expect([await f(new Job(1)), await f(new Job(2))]).toEqual([1, 2])
    const g = persist(async (job: Job) => job.id, { funcname: 'g', cache: makeStore() })
    await expect(g(new Job(1))).rejects.toMatchObject({ code: 'ERR_PERSIST_KEY' })
  })

  it('has the same key as the call without it, also if the signal is undefined', async () => {
    const { persist } = harness()
    let runs = 0
    const f = persist(async (x: number, _options?: { signal?: AbortSignal | undefined; n?: number }) => x + ++runs, {
      funcname: 'f',
      cache: makeStore(),
    })
    const { signal } = new AbortController()
    expect([await f(1), await f(1, { signal }), await f(1, { signal: undefined })]).toEqual([2, 2, 2])
    expect([await f(1, { n: 1 }), await f(1, { n: 1, signal }), await f(1, { signal: undefined, n: 1 })]).toEqual([
      3, 3, 3,
    ])
    expect(f.keyOf(1, { signal: undefined })).toEqual([1])
  })

  it('counts as options only if the signal is real and the object is plain', async () => {
    const { persist } = harness()
    const f = persist((options: object) => JSON.stringify(options), { funcname: 'f', cache: memoryStore() })
    const spoofed = { [Symbol.toStringTag]: 'AbortSignal' }
    expect(f.keyOf({ signal: 1 })).toEqual([{ signal: 1 }])
    expect(f.keyOf({ signal: spoofed })).toEqual([{ signal: spoofed }])
    expect(f.keyOf({ signal: Object.create(AbortSignal.prototype) })).toHaveLength(1)
    expect(f.keyOf(Object.create({ signal: AbortSignal.abort() }))).toHaveLength(1)
    expect(f.keyOf({ signal: new AbortController().signal })).toEqual([])
  })

  it('keeps its other properties, getters and symbols, without reading them', async () => {
    const { persist } = harness()
    let reads = 0
    const mark = Symbol('mark')
    let given: object | undefined
    const f = persist(
      async (options: object) => {
        given = options
        return 1
      },
      { funcname: 'f', cache: makeStore(), key: () => 'one' },
    )
    const options = {
      signal: new AbortController().signal,
      [mark]: 1,
      get live() {
        return ++reads
      },
    }
    await f(options)
    expect(reads).toBe(0)
    expect(Object.getOwnPropertySymbols(given)).toEqual([mark])
    expect(typeof Object.getOwnPropertyDescriptor(given, 'live')!.get).toBe('function')
  })

  it('is passed to a key option without its signal', async () => {
    const { persist } = harness()
    const f = persist(async (x: number, { signal: _ }: { signal: AbortSignal }) => x, {
      funcname: 'f',
      cache: makeStore(),
      key: (x, options) => [x, options],
    })
    const { signal } = new AbortController()
    expect(await f(1, { signal })).toBe(1)
    expect(await f.has(1, { signal: new AbortController().signal })).toBe(true)
  })
})

inBothModes('a signal that aborts', (makeStore) => {
  const never = () => new Promise<number>(() => {})

  it('makes the caller leave immediately: given with the call, among the arguments, with bypass, with persist switched off', async () => {
    const off = harness({ env: { PERSIST_MODE: 'off' } }).persist
    const { persist } = harness()
    const cache = makeStore()
    const f = persist(async (_options?: { signal?: AbortSignal }) => never(), { funcname: 'f', cache })
    const g = off(async () => never(), { funcname: 'g', cache: makeStore() })
    const reason = new Error('left')
    const leaving = [
      (signal: AbortSignal) => f({ signal }),
      (signal: AbortSignal) => f.with({ signal })(),
      (signal: AbortSignal) => f.with({ signal })({ signal: new AbortController().signal }),
      (signal: AbortSignal) => f.with({ signal: new AbortController().signal })({ signal }),
      (signal: AbortSignal) => f.with({ signal, bypass: true })(),
      (signal: AbortSignal) => g.with({ signal })(),
    ]
    for (const leave of leaving) {
      const controller = new AbortController()
      const result = leave(controller.signal)
      setImmediate(() => controller.abort(reason))
      await expect(result).rejects.toBe(reason)
      // The call does not throw synchronously, and does not start the function for a caller that has already left.
      await expect(leave(AbortSignal.abort(reason))).rejects.toBe(reason)
    }
  })

  it('may be of an older polyfill, without a reason and throwIfAborted', async () => {
    class OldSignal extends EventTarget {
      aborted = false
      readonly [Symbol.toStringTag] = 'AbortSignal'
      abort() {
        this.aborted = true
        this.dispatchEvent(new Event('abort'))
      }
    }
    const oldSignal = () => new OldSignal() as OldSignal & AbortSignal
    const { persist } = harness()
    const f = persist(async (x: number, _options?: { signal?: AbortSignal }) => x, {
      funcname: 'f',
      cache: makeStore(),
    })
    const signal = oldSignal()
    expect(await f(1, { signal })).toBe(1)
    expect(await f.with({ signal })(1)).toBe(1)
    expect(await f.many([[1], [2]], { signal })).toEqual([1, 2])
    signal.abort()
    const aborted = { name: 'AbortError' }
    await expect(async () => f(1, { signal })).rejects.toMatchObject(aborted)
    await expect(async () => f.with({ signal })(3)).rejects.toMatchObject(aborted)
    await expect(async () => f.with({ signal, bypass: true })(3)).rejects.toMatchObject(aborted)
    await expect(async () => f.many([[3]], { signal })).rejects.toMatchObject(aborted)
    const later = oldSignal()
    const never = persist((_x: number, _options: { signal: AbortSignal }) => new Promise<number>(() => {}), {
      funcname: 'never',
      cache: makeStore(),
      async: true,
    })
    const left = never(1, { signal: later })
    setImmediate(() => later.abort())
    await expect(left).rejects.toMatchObject(aborted)
  })

  it('leaves a function that goes on, which waitUntil gets with the write of its result', async () => {
    const { persist, waitUntil, background } = harness()
    let end = (_value: number) => {}
    let began = () => {}
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve
    })
    const run = () => {
      began()
      return new Promise<number>((resolve) => {
        end = resolve
      })
    }
    const f = persist(async (_x: number) => run(), { funcname: 'f', cache: makeStore(), waitUntil })
    const controllers = [new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }) => f.with({ signal })(1))
    const left = Promise.all(calls.map((call) => expect(call).rejects.toThrow('left')))
    await hasBegun
    for (const controller of controllers) controller.abort(new Error('left'))
    await left
    end(5)
    await background()
    expect(await f.peek(1)).toBe(5)
  })

  it('leaves a function that fails, and waitUntil gets a promise that does not reject', async () => {
    const { persist, waitUntil, background } = harness()
    const f = persist(
      async (options: { signal?: AbortSignal }) =>
        new Promise((_, reject) => options.signal!.addEventListener('abort', () => reject(new Error('stopped')))),
      { funcname: 'f', cache: makeStore(), waitUntil },
    )
    const controller = new AbortController()
    const call = f({ signal: controller.signal })
    setImmediate(() => controller.abort(new Error('left')))
    await expect(call).rejects.toThrow('left')
    expect(await background()).toEqual([undefined])
  })

  it('of the last caller that waits reaches the function, beside calls that went on without it', async () => {
    for (const goesOn of ['after waitTimeout', 'since its function made it'] as const) {
      const { persist } = harness()
      const work: unknown[] = []
      const reasons: unknown[] = []
      let runs = 0
      const f = persist(
        async (x: number, { signal }: { signal?: AbortSignal } = {}): Promise<number> => {
          if (++runs > 1) return x
          if (goesOn === 'since its function made it') await Promise.resolve().then(() => f(x))
          return new Promise((_, reject) => {
            signal!.addEventListener('abort', () => {
              reasons.push(signal!.reason)
              reject(signal!.reason)
            })
          })
        },
        { funcname: 'f', cache: makeStore(), waitTimeout: 1, waitUntil: (promise) => work.push(promise) },
      )
      const controller = new AbortController()
      const first = f(1, { signal: controller.signal })
      first.catch(() => {})
      await runPending()
      if (goesOn === 'after waitTimeout') expect(await f(1)).toBe(1)
      controller.abort('left')
      await expect(first).rejects.toBe('left')
      expect({ goesOn, runs, reasons, announced: work.length }).toEqual({
        goesOn,
        runs: 2,
        reasons: ['left'],
        announced: 1,
      })
    }
  })

  it('keeps the function from starting if it aborts before that', async () => {
    const { persist, hooks } = harness()
    const cache = makeStore()
    let runs = 0
    const f = persist(async (x: number) => x + ++runs, { funcname: 'f', cache, hash: () => 'one', waitTimeout: '1h' })
    const held = await cache.open('f', {}).lease!('one', 2 ** 40)
    const controller = new AbortController()
    hooks.whileWaiting = () => controller.abort(new Error('left'))
    await expect(f.with({ signal: controller.signal })(1)).rejects.toThrow('left')
    await held!.release()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(runs).toBe(0)
  })
})

describe('one signal for many calls', () => {
  it('has one listener, so that Node does not warn of a leak, and none after the calls have ended', async () => {
    const { persist } = harness()
    const counted = new AbortController()
    let listeners = 0
    const add = counted.signal.addEventListener.bind(counted.signal)
    const remove = counted.signal.removeEventListener.bind(counted.signal)
    counted.signal.addEventListener = (...args: unknown[]) => {
      listeners++
      return (add as (...args: unknown[]) => void)(...args)
    }
    counted.signal.removeEventListener = (...args: unknown[]) => {
      listeners--
      return (remove as (...args: unknown[]) => void)(...args)
    }
    const ends: (() => void)[] = []
    const f = persist(async (x: number) => new Promise<number>((resolve) => ends.push(() => resolve(x))), {
      funcname: 'f',
      cache: memoryStore(),
    })
    const results = Array.from({ length: 30 }, (_, x) => f.with({ signal: counted.signal })(x))
    expect(listeners).toBe(1)
    while (ends.length < 30) await new Promise((resolve) => setImmediate(resolve))
    for (const end of ends) end()
    await Promise.all(results)
    expect(listeners).toBe(0)
  })
})
