// A user's own store needs only core.
import { memoryStore, persist, registerStore } from '@persist/core'

const asked = []
registerStore('mine', (url, options) => {
  asked.push([url, options])
  return memoryStore('mine')
})
const double = persist((x) => 2 * x, { funcname: 'double', cache: 'mine://here', storeOptions: { size: 1 } })
console.log(double(3), double(3), double.stats().hits, JSON.stringify(asked))
