// A CommonJS program: argv cache, or a folder. What it keeps is read by the next process; times are strings, and a tier is in memory.
const { PersistError, persist } = require('@persist/core')
const { canonical } = require('@persist/key')

const cache = process.argv[2] ?? './cache'
const compute = (x) => {
  console.log('computing')
  return { x, at: new Date(0), seen: new Map([[1, new Set([2n])]]), bytes: new Uint8Array([1, 2]) }
}
const kept = persist(compute, { funcname: 'kept', cache, ttl: '1h', memory: { maxEntries: 10 } })
const { at, seen, bytes } = kept(3)
kept(3)
console.log(at.toISOString(), seen.get(1).has(2n), bytes[1], kept.stats().hits)
try {
  persist(compute, { funcname: 'other', cache, tttl: 1 })
} catch (error) {
  console.log(error instanceof PersistError, error.message)
}
try {
  canonical(() => {})
} catch (error) {
  console.log(error instanceof PersistError, error.code)
}
console.log(Object.keys(require.cache).some((path) => path.endsWith('.cjs') && path.includes('core')))
