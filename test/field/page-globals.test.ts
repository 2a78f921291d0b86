import { expect, test } from 'vitest'
import { folderWith } from './folder.ts'

// In the imitations of pages in which Vitest and Jest run tests, classes are others than Node's, or are missing.

// Under Vitest, jsdom and happy-dom replace Node's URL by a subclass of it, before any module is loaded.

const PROGRAM = `
const Own = globalThis.URL
const SEEN = Symbol('seen')
globalThis.URL = class URL extends (process.argv[2] === 'twice' ? class extends Own {} : Own) {
  static [Symbol.hasInstance](value) {
    return Function.prototype[Symbol.hasInstance].call(Own, value)
  }
  // As jsdom's own class does under Jest.
  get searchParams() {
    this[SEEN] = true
    return super.searchParams
  }
}
const { persist } = await import('@persist/core')
const where = persist((url) => (url.searchParams, { url, found: [new URL('./b', url)] }), {
  funcname: 'where',
  report: ({ name }) => console.log(name),
  verbosity: 0,
})
const { url, found } = where(new URL('http://a/'))
console.log(url.href, found[0].href, url instanceof URL)
console.log(where.has(new URL('http://a/')), where.has(new URL('http://b/')), where.has('http://a/'))
const seen = new URL('http://a/')
console.log(where.has(new Own('http://a/')), seen.searchParams.size, where.has(seen))
`

test.each(['once', 'twice'])('a global URL that is a subclass of that of Node (%s) is a key and a result', (depth) => {
  const { node } = folderWith({ 'main.mjs': PROGRAM })
  const run = () => node('main.mjs', { args: [depth] })
  const right = 'http://a/ http://a/b true\ntrue false false\ntrue 0 true\n'
  expect(run()).toBe(`miss\ncompute\nwrite\n${right}`)
  expect(run()).toBe(`hit\n${right}`)
})

// The imitation of a page in which Jest runs tests has none of these.
const MISSING = [
  ...['setImmediate', 'clearImmediate', 'structuredClone', 'TextEncoder', 'TextDecoder', 'fetch', 'Headers', 'Request'],
  ...['Response', 'ReadableStream', 'CompressionStream', 'MessageChannel', 'MessagePort', 'BroadcastChannel'],
]

const WITHOUT = `
const { writeFileSync } = require('node:fs')
for (const name of ${JSON.stringify(MISSING)}) delete globalThis[name]
const { closeStores, persist } = require('@persist/core')
const { code } = require('@persist/code')
const { readFile } = require('@persist/inputs')
const { diskStore } = require('@persist/store-disk')
writeFileSync('a.txt', 'abc')
const runs = []
const length = async (path) => runs.push(path) && (await readFile(path, 'utf8')).length
const persisted = (funcname, cache, options) => persist(length, { funcname, cache, ...options })
const all = [
  persisted('one', diskStore('disk'), { dependsOn: [code(__filename)], trace: true, memory: true, ttl: '1h' }),
  persisted('two', diskStore('packed'), { compress: 'gzip', maxEntries: 9 }),
  persisted('three', 'file://py?layout=pypersist', { concurrency: 1, tags: () => ['a'] }),
]
const main = async () => {
  for (const one of all) console.log(await one('a.txt'), await one('a.txt'), (await one.many([['a.txt']])).join(), await one.has('b.txt'))
  const refreshes = []
  const late = persisted('late', diskStore('disk'), {
    ttl: 1,
    staleWhileRevalidate: '1h',
    waitUntil: (refresh) => refreshes.push(refresh),
  })
  await late('a.txt')
  await new Promise((resolve) => setTimeout(resolve, 5))
  console.log(await late('a.txt'))
  await Promise.all(refreshes)
  console.log(runs.length)
  await closeStores()
}
main()
`

test('results are kept without the globals of Node that Jest takes away for jsdom', () => {
  const { node } = folderWith({ 'package.json': '{"name":"program"}', 'main.cjs': WITHOUT })
  const lines = '3 3 3 false\n'.repeat(3)
  expect(node('main.cjs')).toBe(`${lines}3\n5\n`)
  expect(node('main.cjs')).toMatch(new RegExp(`^${lines}3\\n[12]\\n$`))
})

test('the build for edge runtimes works where parts of Node are functions that throw, as in that of Next', () => {
  const program = `
    Object.defineProperty(process, 'getBuiltinModule', { get() { throw new Error('a Node.js API is used') } })
    const fails = function () { throw new Error('a Node.js API is used') }
    Object.assign(globalThis, { setImmediate: fails, MessageChannel: fails })
    const { memoryStore, persist } = await import('@persist/core')
    const double = persist(async (x) => 2 * x, { funcname: 'double', cache: memoryStore() })
    await double.many(Array.from({ length: 99 }, (_, i) => [i]))
    console.log(await double(3), await double(3), double.stats().hits, import.meta.resolve('@persist/core').split('/').pop())`
  const { node } = folderWith({ 'main.mjs': program })
  expect(node('main.mjs', { env: { NODE_OPTIONS: '--conditions=edge-light' } })).toBe('6 6 2 index.web.js\n')
})
