// Calls a bounded function so many times, five years in the future: URL NAME COUNT
const YEARS = 5 * 365 * 86_400_000
const Real = Date
globalThis.Date = class extends Real {
  constructor(...args) {
    super(...(args.length === 0 ? [Real.now() + YEARS] : args))
  }
  static now() {
    return Real.now() + YEARS
  }
}
const { createPersist } = await import('@persist/core')
const { closeStores } = await import('@persist/core')

const [cache, funcname, count] = process.argv.slice(2)
const persist = createPersist({ env: {} })
const f = persist(async (n) => `ahead ${n}`, { funcname, cache, maxEntries: Number(count) })
for (let round = 0; round < 2; round++) for (let n = 0; n < count; n++) await f(-1 - n)
// What is done in the background, as tidying up, gets its turn.
await new Promise((resolve) => setTimeout(resolve, 1500))
await f(-1)
await closeStores()
console.log('done')
