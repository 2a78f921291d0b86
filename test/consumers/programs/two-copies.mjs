// Two copies of all packages in one process, as two dependencies of an application may install them.
import * as one from '@persist/core'
import * as two from './second/index.mjs'

console.log(one.persist !== two.persist)
one.registerStore('shared', () => one.memoryStore('of-one'))
let computed = 0
const slow = (x) => {
  computed++
  return 2 * x
}
const [first, second] = [one, two].map(({ persist }) =>
  persist(slow, { funcname: 'slow', cache: 'shared://x', version: '1' }),
)
console.log(first(3), second(3), computed)

// Both copies use the same folder: each reads the entries of the other and accepts its adapters, and concurrent calls
// compute once.
const [here, there] = [one, two].map(({ persist }) => persist(slow, { funcname: 'folder', cache: './persist' }))
console.log(here(4), there(4), computed)
const adapter = (await import('./second/index.mjs')).diskStore('./persist')
console.log(one.persist(slow, { funcname: 'folder-2', cache: adapter })(5), computed)
const later = async (x) => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  return slow(x)
}
const waiting = [one, two].map(({ persist }) => persist(later, { funcname: 'later' }))
console.log(await Promise.all(waiting.map((call) => call(6))), computed)

try {
  one.persist((x) => -x, { funcname: 'slow', cache: 'shared://x' })
} catch (error) {
  console.log(error.code)
}
try {
  two.persist(slow, { funcname: 'bad', cache: 'no://such' })
} catch (error) {
  console.log(error.code, error.known.includes('shared'))
}
