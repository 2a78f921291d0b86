// Loads the built packages in a sandbox, as Jest and other runners do. There, literals and results of Node are of two realms.
// `node --experimental-vm-modules --no-warnings sandbox.mjs [globals of Node to pass in]` prints the faults as JSON.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { createContext, SourceTextModule, SyntheticModule } from 'node:vm'

const shared = process.argv.slice(2)
const globals = Object.fromEntries(shared.map((name) => [name, globalThis[name]]))
const context = createContext({
  Buffer,
  URL,
  URLSearchParams,
  TextEncoder,
  structuredClone,
  isDeepStrictEqual,
  faults: [],
  ...globals,
})
const modules = new Map()

async function load(specifier, from) {
  if (specifier.startsWith('node:')) {
    const real = await import(specifier)
    const set = function () {
      for (const name of Object.keys(real)) this.setExport(name, real[name])
    }
    return new SyntheticModule(Object.keys(real), set, { context, identifier: specifier })
  }
  const url = specifier.startsWith('@') ? import.meta.resolve(specifier) : new URL(specifier, from).href
  const known = modules.get(url)
  if (known !== undefined) return known
  const loaded = new SourceTextModule(readFileSync(fileURLToPath(url), 'utf8'), {
    context,
    identifier: url,
    initializeImportMeta: (meta) => {
      meta.url = url
    },
  })
  modules.set(url, loaded)
  return loaded
}

const program = new SourceTextModule(
  `
  import * as text from '@persist/pickle'
  import * as binary from '@persist/pickle/v8'
  import * as json from '@persist/pickle/json'

  const VALUES = {
    plain: () => ({ a: [1, 'x', null, [{}]] }),
    parsed: () => JSON.parse('{"a":[{"b":1}]}'),
    dates: () => [new Date(0), { at: new Date(5) }],
    numbers: () => [undefined, -0, NaN, 1n, 10n ** 2000n],
    map: () => new Map([[1, { a: new Map([[{ k: 1 }, new Set([[1]])]]) }]]),
    set: () => new Set([1, [new Set()]]),
    regExp: () => [/a/g, Object.assign(/a/y, { lastIndex: 2 })],
    errors: () => new TypeError('a', { cause: new RangeError('b') }),
    aggregate: () => new AggregateError([new Error('a')], 'b'),
    views: () => [new Uint8Array([1, 2]), new Float64Array([1.5]), new DataView(new ArrayBuffer(2)), new Uint8Array(200)],
    memory: () => new Uint8Array([1, 2, 3]).buffer,
    buffer: () => Buffer.from('a'),
    url: () => [new URL('http://a/'), new URLSearchParams('a=1')],
    nullPrototype: () => Object.assign(Object.create(null), { a: { b: undefined } }),
    clone: () => structuredClone({ a: [new Date(0), new Map([[1, { b: [1] }]])], u: undefined }),
    circular: () => { const a = { list: [] }; a.list.push(a, new Map([[a, a]])); return a },
  }

  // Every object in a value, with its prototype.
  function objects(value, found = new Set()) {
    if (typeof value !== 'object' || value === null || found.has(value)) return found
    found.add(value)
    if (ArrayBuffer.isView(value)) return found
    if (value instanceof Map) for (const pair of value) pair.forEach((part) => objects(part, found))
    else if (value instanceof Set) for (const part of value) objects(part, found)
    else for (const key of Object.keys(value)) objects(value[key], found)
    return found
  }
  const OURS = [Object, Array, Map, Set, Date, RegExp, Error, TypeError, RangeError, AggregateError, ArrayBuffer, DataView,
    Uint8Array, Float64Array, Buffer, URL, URLSearchParams].map((type) => type.prototype)

  for (const [how, { pickle, unpickle }] of [['text', text], ['bytes', binary]]) {
    for (const [name, make] of Object.entries(VALUES)) {
      try {
        const back = unpickle(pickle(make()))
        for (const object of objects(back)) {
          const prototype = Object.getPrototypeOf(object)
          if (prototype !== null && !OURS.includes(prototype)) faults.push(how + ' ' + name + ' has an object of another realm')
        }
        if (name !== 'clone' && name !== 'errors' && name !== 'aggregate' && !isDeepStrictEqual(back, make())) faults.push(how + ' ' + name + ' is not equal')
        if (name === 'clone' && !(back.a[1] instanceof Map && back.a[0].getTime() === 0 && 'u' in back)) faults.push(how + ' clone')
        if (name === 'errors' && !(back instanceof TypeError && back.cause instanceof RangeError)) faults.push(how + ' errors')
      } catch (error) {
        faults.push(how + ' ' + name + ': ' + error)
      }
    }
    for (const value of [Object(1), Promise.resolve(), () => 1, new (class A {})()]) {
      try {
        faults.push(how + ' was not refused: ' + pickle(value))
      } catch (error) {
        if (error.code !== 'ERR_PERSIST_PICKLE') faults.push(String(error))
      }
    }
  }
  if (json.pickle(structuredClone({ a: [1] })) !== '{"a":[1]}') faults.push('json')
  `,
  { context, identifier: import.meta.url },
)
await program.link((specifier, { identifier }) => load(specifier, identifier))
await program.evaluate()
console.log(JSON.stringify(context.faults))
