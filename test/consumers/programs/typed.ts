// A program in TypeScript that uses the published types.
import { code, env as environment, value } from '@persist/code'
import { type PersistError, persist, persisted, registerStore, type StoreAdapter } from '@persist/core'
import { type FileArgument, file, observe, readFile, readFileSync } from '@persist/inputs'
import { canonical, named } from '@persist/key'
import { createPickle } from '@persist/pickle'
import * as v8 from '@persist/pickle/v8'
import { conformance } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import { keyvStore } from '@persist/store-keyv'
import { lmdbStore } from '@persist/store-lmdb'
import { mongoStore } from '@persist/store-mongo'

const double = persist(function double(x: number) {
  return 2 * x
})
export const six: number = double(3)
export const kept: number | undefined = double.cache.get([3])
export const shared = persist((x: number) => 2 * x, {
  funcname: 'shared',
  cache: 'mongodb://localhost/app',
  storeOptions: { serverWaitMs: 100 },
})
export const later: Promise<number> = shared(3)
export const listed = persist((x: number, y?: string) => `${x}${y}`, {
  funcname: 'listed',
  cache: diskStore('./cache', { durable: true }),
  storekey: true,
})
for (const [[x, y], text] of listed.cache) console.log(x.toFixed(), y?.length, text.length)

// `undefined`, for example from a missing environment variable, counts as not given.
declare const env: Readonly<Record<string, string | undefined>>
const configured = persist((x: number, unit = 'm') => `${x}${unit}`, {
  funcname: 'configured',
  cache: env.CACHE,
  ttl: undefined,
  memory: { maxAge: undefined },
})
export const meters: string | Promise<string> = configured(3)
export const undefinedOptions: StoreAdapter[] = [
  diskStore('./cache', { durable: undefined, secret: env.SECRET, fileSystem: undefined }),
  lmdbStore('./cache', { flush: undefined }),
  mongoStore('mongodb://localhost', { serverWaitMs: undefined }),
  keyvStore('redis://localhost', { keepExpiredMs: undefined }),
]

// Each part of a persisted function can be exported, and a declaration can contain its type.
export const { many, cache, lookup } = double
export const streamed = persist(
  async function* (x: number) {
    yield x
  },
  { funcname: 'streamed' },
)
export const manyStreams = streamed.many
export const outcomes = shared.many([[1]], { settle: true })
export const iteration = double.many(new Set<[x: number]>())
export const own = <F extends (x: number) => string>(fn: F) => persist(fn, { funcname: 'own' })
export const attached = persist(
  Object.assign((x: number) => x, { schema: 1 }),
  { funcname: 'attached', cache: 'mongodb://localhost/app' },
)
export const schema: number = attached.schema

class Model {
  @persist({ funcname: 'Model.predict', key: (_self: Model, x: number) => x })
  predict(x: number): number {
    return x
  }
}
export const size: number = persisted(new Model().predict).cache.size

registerStore('mine', (url: string): StoreAdapter => lmdbStore(url))
export const adapters: StoreAdapter[] = [keyvStore('redis://localhost'), mongoStore('mongodb://localhost')]
export const codeOf = (error: PersistError): string => error.code
export const text: string = canonical(named(['x'], { x: 1 })([1]))
export const pairs = [createPickle({ types: [] }), v8]
export const prove = conformance

// @ts-expect-error the parameter is a number
double('3')
// @ts-expect-error a parameter without a type
persist((x) => x, { funcname: 'untyped' })
// @ts-expect-error a MongoDB store has no such option
persist((x: number) => x, { funcname: 'wrong', cache: 'mongodb://localhost', storeOptions: { flush: true } })
// @ts-expect-error it returns a promise
export const wrong: number = shared(3)

// What results depend on, and what they were made from.
export const lines = persist((path: string) => readFileSync(path, 'utf8').split('\n'), {
  funcname: 'lines',
  trace: true,
  dependsOn: [environment('TZ'), value({ six }), code('./main.js', { of: 'lines' })],
})
export const words = persist(
  async (text: FileArgument, now = observe('now', () => 1)) => (await readFile(text, 'utf8')).length + now(),
  { funcname: 'words', trace: { root: '.' }, cache: diskStore('./cache') },
)
export const first: string | undefined = lines('a')[0]
export const number: Promise<number> = words(file('a'))
