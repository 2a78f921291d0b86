// The ES module and the CommonJS of one version in one process: they are one.
import { createRequire } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import * as esm from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { keyvStore } from '@persist/store-keyv'
import { lmdbStore } from '@persist/store-lmdb'
import Keyv from 'keyv'

const require = createRequire(import.meta.url)
const cjs = require('@persist/core')
const both = [esm, cjs]
const say = (what, ...values) => console.log(`${what}:`, ...values)
say('two copies', esm.persist !== cjs.persist)

let computed = 0
const slow = (x) => {
  computed++
  return 2 * x
}
const each = (funcname, cache) => both.map(({ persist }) => persist(slow, { funcname, cache }))
const results = ([one, two]) => {
  computed = 0
  return [one(3), two(3), one(4), two(4), computed].join(' ')
}

// Schemes, places and adapters.
esm.registerStore('shared', () => esm.memoryStore('of-esm'))
say('a registered scheme', results(each('slow', 'shared://x')))
say(
  'one adapter',
  both.map(({ resolveStore }) => resolveStore('./cache')).every((one, _, all) => one === all[0]),
)
say('a folder', results(each('folder', './cache')))
say('an LMDB file', results(each('folder', 'lmdb://lmdb')))
say('an adapter', results(each('adapter', diskStore('./cache'))))
say(
  'a memory by name',
  results(both.map(({ persist, memoryStore }) => persist(slow, { funcname: 'm', cache: memoryStore('n') }))),
)
const [privateOne, privateTwo] = both.map(({ memoryStore }) => memoryStore())
say('memories without a name have two names', privateOne.name !== privateTwo.name)
const keyvs = [keyvStore, require('@persist/store-keyv').keyvStore].map((make) => make(new Keyv()).name)
say('so have two Keyvs', keyvs[0] !== keyvs[1])
const files = [lmdbStore, require('@persist/store-lmdb').lmdbStore].map((make) =>
  make('./two', { flush: false }).open('n'),
)
let missed = 0
for (let i = 0; i < 500; i++) {
  files[0].get('a')
  files[1].set({ hash: 'a', payload: `${i}`, createdAt: 0 })
  if (files[0].get('a').payload !== `${i}`) missed++
}
say('changes of an LMDB file that another store missed', missed)

// One running call, and a call of the other copy within it.
const later = async (x) => {
  await turn()
  return slow(x)
}
const waiting = both.map(({ persist }) => persist(later, { funcname: 'later', cache: './cache' }))
computed = 0
say('one run', ...(await Promise.all(waiting.map((call) => call(6)))), computed)
const inner = cjs.persist(async (n) => (n > 0 ? outer(n - 1) : 'end'), { funcname: 'inner', cache: './cache' })
const outer = esm.persist(async (n) => inner(n), { funcname: 'outer', cache: './cache' })
say('calls of each other', await outer(2))

// What each knows of the other's functions and errors.
const [ofEsm, ofCjs] = each('known', './cache')
say('persisted', esm.persisted(ofCjs) === ofCjs, cjs.persisted(ofEsm) === ofEsm)
const caught = (act) => {
  try {
    act()
  } catch (error) {
    return error
  }
}
for (const [name, one, other] of [
  ['ESM', esm, cjs],
  ['CommonJS', cjs, esm],
]) {
  const duplicate = caught(() => one.persist((x) => -x, { funcname: 'folder', cache: './cache' }))
  say(
    `an error of ${name}`,
    duplicate?.code,
    duplicate instanceof other.DuplicateNamespaceError,
    duplicate instanceof other.KeyError,
  )
  const unknown = caught(() => one.persist(slow, { funcname: 'u', cache: 'no://such' }))
  say(`schemes in ${name}`, unknown?.known.includes('shared'), unknown instanceof other.PersistError)
}
await cjs.closeStores()
