// A CommonJS program with servers that are not there: each result is computed, and the failures are ours.
const { PersistError, persist } = require('@persist/core')
const { mongoStore } = require('@persist/store-mongo')
const { keyvStore } = require('@persist/store-keyv')
const { default: Keyv } = require('keyv')

const failed = new Map()
const report = (event) => {
  if (event.name !== 'problem') return
  failed.set(event.namespace, `${event.namespace}: ${event.error instanceof PersistError} ${event.error.code}`)
}
const serverWaitMs = 300
const persistIn = (funcname, cache, storeOptions) =>
  persist(async (x) => funcname + x, { funcname, cache, ...(storeOptions && { storeOptions }), verbosity: 0, report })

async function main() {
  const calls = [
    persistIn('mongo-url', 'mongodb://127.0.0.1:1/a', { serverWaitMs }),
    persistIn('mongo-store', mongoStore('mongodb://127.0.0.1:1/b', { serverWaitMs })),
    persistIn('redis-url', 'redis://127.0.0.1:1', { serverWaitMs }),
    persistIn('keyv-store', keyvStore(new Keyv())),
  ]
  console.log((await Promise.all(calls.map((call) => call(1)))).join(' '))
  for (const line of [...failed.values()].sort()) console.log(line)
}
main()
