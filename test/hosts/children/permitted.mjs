// Calls a function over a store with few permissions: argv store, folder, calls. `adapter` stands for the folder's adapter, which
// is imported; another store is found by its URL. Prints the value or the error, how often the function ran, and the problems.
import { closeStores, createPersist, memoryStore } from '@persist/core'
import { diskStore } from '@persist/store-disk'

const [store, folder, env] = process.argv.slice(2)
const problems = []
const persist = createPersist(env === 'no-env' ? { env: {} } : {})
let runs = 0
let value
try {
  const cache = { adapter: () => diskStore(folder), memory: () => memoryStore() }[store]?.() ?? `${store}://${folder}`
  const report = ({ name, error, count }) =>
    name === 'problem' && problems.push(`${count} ${error.code} ${error.message}`)
  const f = persist(
    async (x) => {
      runs++
      return { x, at: new Date(5) }
    },
    { funcname: 'f', cache, report, verbosity: 0 },
  )
  for (const x of [1, 1, 2]) value = await f(x)
  value = JSON.stringify(value)
} catch (error) {
  value = `${error.code}: ${error.message}`
}
console.log(JSON.stringify({ value, runs, problems }))
await closeStores()
