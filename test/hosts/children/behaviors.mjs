// What a persisted function promises, one check a line: argv folder. Prints the faults as JSON.
import { rejects, deepStrictEqual as same, strictEqual, throws } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPersist, memoryStore, persist as persistHere } from '@persist/core'
import { named } from '@persist/key'
import * as json from '@persist/pickle/json'
import * as v8 from '@persist/pickle/v8'

const [folder] = process.argv.slice(2)
const persist = createPersist({ env: {}, stderr: () => {} })
let place = 0
const checks = {}

/** A function that counts its runs. */
function counting(run, options) {
  const f = persist(
    (...args) => {
      f.runs++
      return run(...args)
    },
    { funcname: 'f', cache: `file://${folder}/${place++}`, ...options },
  )
  f.runs = 0
  return f
}

checks['computes once, also for another persisted function over the same store'] = () => {
  const cache = `file://${folder}/twice`
  const one = counting((x) => 2 * x, { cache })
  same([one(3), one(3), one.runs], [6, 6, 1])
  strictEqual(persist((x) => x, { funcname: 'other', cache })(3), 3)
}
checks['an async function computes once, and calls at once share a run'] = async () => {
  const f = counting(async (x) => sleep(5, x))
  same([...(await Promise.all([f(1), f(1), f(1)])), f.runs], [1, 1, 1, 1])
}
checks['key, hash, unhash, pickle and unpickle make files that a person can read'] = () => {
  const power = counting((x, y) => x ** y, {
    funcname: 'power',
    cache: `file://${folder}/power?layout=pypersist`,
    key: (x, y) => [x, y],
    hash: ([x, y]) => `${x}_to_the_power_of_${y}`,
    unhash: (text) => text.split('_to_the_power_of_').map(Number),
    pickle: String,
    unpickle: Number,
  })
  same([power(2, 4), power(2, 4), power.runs, [...power.cache.keys()]], [16, 16, 1, [[2, 4]]])
  strictEqual(readFileSync(`${folder}/power/power/2_to_the_power_of_4.out`, 'utf8'), '16')
}
checks['metadata and storekey are stored, and the cache is a Map'] = () => {
  const f = counting((x) => ({ x }), { storekey: true, metadata: () => 'by hand', key: (x) => x })
  f(1)
  f.cache.set(2, { x: 'put' })
  same([...f.cache.entries()].sort(), [
    [1, { x: 1 }],
    [2, { x: 'put' }],
  ])
  same([f.cache.size, f.cache.has(1), f.cache.delete(1), f.cache.has(1), f.lookup(2).key], [2, true, true, false, 2])
  same([f.clear(), f.cache.size], [1, 0])
}
checks['an error of the function passes unchanged, and is not stored'] = () => {
  const error = new RangeError('mine')
  const f = counting(() => {
    throw error
  })
  for (const _ of [1, 2]) throws(f, (caught) => caught === error)
  strictEqual(f.runs, 2)
}
checks['a rejection passes unchanged to every caller'] = async () => {
  const error = new TypeError('mine')
  const f = counting(async () => {
    throw error
  })
  await Promise.all([f(), f()].map((call) => rejects(call, (caught) => caught === error)))
}
checks['forget, put, peek, refresh, many, with, tags and stats'] = async () => {
  const f = counting(async (x) => x + 0.5, { tags: (_result, x) => [`n${x}`] })
  same(await f.many([[1], [2], [1]]), [1.5, 2.5, 1.5])
  same([await f.forget(1), f.peek(1)], [true, undefined])
  await f.put('put', 1)
  same([await f.peek(1), await f.refresh(1), await f.with({ bypass: true })(1)], ['put', 1.5, 1.5])
  same([f.cache.deleteByTag('n2'), f.stats().entries], [1, 1])
}
checks['a method is persisted, by the key of its instance'] = () => {
  class Rate {
    runs = 0
    constructor(id) {
      this.id = id
    }
    of(x) {
      this.runs++
      return this.id * x
    }
  }
  Rate.prototype.of = persist(Rate.prototype.of, { funcname: 'of', cache: memoryStore(), key: (x) => x })
  const rate = new Rate(3)
  same([rate.of(2), rate.of(2), rate.runs], [6, 6, 1])
}
checks['a stream is stored when it has ended'] = async () => {
  const f = persist(
    async function* chunks(n) {
      for (let i = 0; i < n; i++) yield { i }
    },
    { cache: `file://${folder}/stream` },
  )
  const all = async () => {
    const list = []
    for await (const chunk of f(3)) list.push(chunk.i)
    return list
  }
  same([await all(), await all(), f.counters.hits], [[0, 1, 2], [0, 1, 2], 1])
}
checks['times run out, and a stale result is served once more'] = async () => {
  let now = Date.now()
  const timed = createPersist({ env: {}, now: () => now })
  let runs = 0
  const work = []
  const waitUntil = (promise) => work.push(promise)
  const f = timed(async () => ++runs, {
    funcname: 'f',
    cache: memoryStore(),
    ttl: '1s',
    staleWhileRevalidate: '1h',
    waitUntil,
  })
  const first = await f()
  now += 2_000
  const stale = await f()
  strictEqual(work.length, 1)
  await work[0]
  same([first, stale, await f()], [1, 1, 2])
}
checks['the binary and the JSON pickle'] = () => {
  for (const pickles of [v8, json]) {
    const f = counting((x) => ({ x, list: [1, null] }), { pickle: pickles.pickle, unpickle: pickles.unpickle })
    same([f(1), f(1), f.runs], [{ x: 1, list: [1, null] }, { x: 1, list: [1, null] }, 1])
  }
}
checks['keys by name'] = () => {
  const f = counting((x, y = 1) => x + y, { key: named(['x', 'y'], { y: 1 }) })
  same([f(1), f(1, 1), f.runs], [2, 2, 1])
}
checks['a mistake in the options is an error with the right name'] = () => {
  throws(() => persist((x) => x, { funcname: 'f', tll: '1h' }), { code: 'ERR_PERSIST_OPTION', nearest: 'ttl' })
}
checks['a secret seals the entries'] = async () => {
  const { diskStore } = await import('@persist/store-disk')
  const cache = diskStore(`${folder}/sealed`, { secret: 'x'.repeat(32) })
  const f = counting((x) => x, { cache })
  same([f(1), f(1), f.runs, existsSync(`${folder}/sealed/f`)], [1, 1, 1, true])
}
checks['persist of the package itself reads the environment'] = () => {
  strictEqual(persistHere((x) => x, { funcname: 'env', cache: memoryStore() })(1), 1)
}

const faults = []
for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
  } catch (error) {
    faults.push(`${name}: ${error.stack}`)
  }
}
console.log(JSON.stringify({ faults, checked: Object.keys(checks).length }))
