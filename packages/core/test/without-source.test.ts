import { Script } from 'node:vm'
import { memoryStore, persist } from '@persist/core'
import { positional } from '@persist/key'
import { describe, expect, it } from 'vitest'
import { harness } from './harness.ts'

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments
type AnyFunction = (...args: any[]) => any

/** Makes a function from bytecode alone, as bytenode does: white space of the same length stands for the source. */
function fromBytecode(source: string, ...args: unknown[]): AnyFunction {
  const compiled = new Script(`(${source})`)
  // Only functions that have run are sure to be in the bytecode.
  compiled.runInThisContext().call({}, ...args)
  const cachedData = compiled.createCachedData()
  const script = new Script(`"${'\u200b'.repeat(source.length)}"`, { cachedData })
  if (script.cachedDataRejected === true) throw new Error('this runtime did not take its own bytecode')
  return script.runInThisContext()
}

/** As Hermes prints a function. */
function asInHermes(fn: AnyFunction): AnyFunction {
  const printed = `function ${fn.name}(a0) { [bytecode] }`
  return Object.assign(fn, { [Symbol.for('@persist/core/text@1')]: printed })
}

const { instantiate } = Reflect.get(globalThis, 'WebAssembly') as {
  instantiate(bytes: Uint8Array): Promise<{ instance: { exports: Record<string, AnyFunction> } }>
}

const COUNTING = 'function count(...all) { return all.length }'
const SCALING = 'function scale(x) { return this.k * x }'
const compiled = (source: string) => new Function(`return ${source}`)() as AnyFunction

const WITHOUT_SOURCE = {
  'only its bytecode': (source: string) => fromBytecode(source, 1),
  'bytecode of Hermes': (source: string) => asInHermes(compiled(source)),
  'a proxy around it': (source: string) => new Proxy(compiled(source), {}),
  'a proxy around its bytecode': (source: string) => new Proxy(fromBytecode(source, 1), {}),
}

describe.each(Object.entries(WITHOUT_SOURCE))('a function of which there is %s', (_name, make) => {
  it('needs a funcname, since its name does not identify it', () => {
    const fn = make(COUNTING)
    expect(fn.name).toBe('count')
    expect(() => persist(fn, { cache: memoryStore() })).toThrow(expect.objectContaining({ option: 'funcname' }))
    expect(persist(fn, { cache: memoryStore(), funcname: 'count' })(1, 2)).toBe(2)
  })

  it('cannot be followed by dependsOn', () => {
    const dependsOn = [make(COUNTING)]
    expect(() => harness().persist(() => 1, { cache: memoryStore(), funcname: 'f', dependsOn })).toThrow(
      expect.objectContaining({ option: 'dependsOn' }),
    )
    expect(() => persist(make(COUNTING), { cache: memoryStore(), funcname: 'f', dependsOn: [] })).toThrow(/dependsOn/)
  })

  it('is not called on an object without a key, since it may use this', () => {
    const scale = persist(make(SCALING), { cache: memoryStore(), funcname: 'scale' })
    expect(() => scale.call({ k: 2 }, 3)).toThrow(/has no source, so it may use this/)
    const keyed = persist(make(SCALING), {
      cache: memoryStore(),
      funcname: 'scale',
      key(this: { k: number }, x: number) {
        return [this.k, x]
      },
    })
    expect([keyed.call({ k: 2 }, 3), keyed.call({ k: 5 }, 3)]).toEqual([6, 15])
  })
})

it.each([
  ['bound', () => compiled(COUNTING).bind(undefined)],
  ['a proxy', () => new Proxy(compiled(COUNTING), {})],
  ['native', () => Math.hypot],
  ['bytecode', () => fromBytecode(COUNTING, 1)],
])('a persisted function over one that is %s is followed by dependsOn with a version only', (_name, make) => {
  const inner = (version?: string) =>
    persist(make(), { cache: memoryStore(), funcname: 'inner', ...(version !== undefined && { version }) })
  const outer = (version?: string) =>
    persist(() => 1, { cache: memoryStore(), funcname: 'outer', dependsOn: [inner(version)] })
  expect(() => outer()).toThrow(expect.objectContaining({ option: 'dependsOn' }))
  expect(outer('1')()).toBe(1)
})

it('bytecode is covered by a dependency such as its file', () => {
  const dependsOn = [{ name: './main.jsc', read: () => ({ digest: 'a', parts: [] }) }]
  const count = persist(fromBytecode(COUNTING, 1), { cache: memoryStore(), funcname: 'count', dependsOn })
  expect(count(1, 2)).toBe(2)
})

it('a function of which there is only bytecode distinguishes trailing undefined', () => {
  const count = fromBytecode(COUNTING, 1)
  expect(positional(count)([1, undefined])).toEqual([1, undefined])
  const counted = persist(count, { cache: memoryStore(), funcname: 'count' })
  expect([counted(1), counted(1, undefined)]).toEqual([1, 2])
})

it('options whose source is not known may look at the arguments', () => {
  const f = persist((x: number) => x, {
    cache: memoryStore(),
    funcname: 'f',
    key: (x) => x,
    tags: fromBytecode('function tags(...all) { return all.map(String) }', 1),
  })
  expect(() => f.cache.set(1, 2)).toThrow(/tags/)
})

it('a function of WebAssembly needs a funcname, since its name is a number', async () => {
  // (module (func (export "f") (param i32) (result i32) local.get 0))
  const code = '0061736d010000000106016001 7f017f0302010007050101660000 0a0601040020000b'.replaceAll(' ', '')
  const { instance } = await instantiate(Buffer.from(code, 'hex'))
  const f = instance.exports.f!
  expect(f.name).toBe('0')
  expect(() => persist(f, { cache: memoryStore() })).toThrow(expect.objectContaining({ option: 'funcname' }))
  const exported = { f: persist(f, { cache: memoryStore(), funcname: 'f' }) }
  expect(exported.f(7)).toBe(7)
})

describe('a native function', () => {
  it('has its name in its text, so it needs no funcname', () => {
    expect(persist(Math.hypot, { cache: memoryStore() })(3, 4)).toBe(5)
  })

  it('may be called in a namespace, but not on an instance, whose internals it may read', () => {
    const tools = { hypot: persist(Math.hypot, { cache: memoryStore() }) }
    expect(tools.hypot(3, 4)).toBe(5)
    const getTime = persist(Date.prototype.getTime, { cache: memoryStore() })
    expect(() => getTime.call(new Date(5))).toThrow(/may use this/)
  })

  it('that is bound depends on no object that it is called on', () => {
    const time = persist(Date.prototype.getTime.bind(new Date(5)), { cache: memoryStore(), funcname: 'time' })
    expect(time.call(new Date(9) as never)).toBe(5)
  })
})
