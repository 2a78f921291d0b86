// A server that does not exist must not lose a result.
import { persist } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'

const fast = { serverWaitMs: 300 }
const byUrl = persist(async (x) => 2 * x, {
  funcname: 'by-url',
  cache: 'mongodb://127.0.0.1:1/app',
  storeOptions: fast,
})
const withAdapter = persist(async (x) => 3 * x, { funcname: 'f', cache: mongoStore('mongodb://127.0.0.1:1/b', fast) })
console.log(await byUrl(3), await withAdapter(3))
