// A server that is not there must not cost anybody a result.
import { persist } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'

const fast = { serverWaitMs: 300 }
const byUrl = persist(async (x) => 2 * x, {
  funcname: 'by-url',
  cache: 'mongodb://127.0.0.1:1/app',
  storeOptions: fast,
})
const handedOver = persist(async (x) => 3 * x, { funcname: 'f', cache: mongoStore('mongodb://127.0.0.1:1/b', fast) })
console.log(await byUrl(3), await handedOver(3))
