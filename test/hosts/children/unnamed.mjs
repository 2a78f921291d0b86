// Calls a function without `funcname`: argv cache. Prints whether it was computed, and the reports.
import { persist } from '@persist/core'

const [cache] = process.argv.slice(2)
let outcome = 'served'
let said = ''
const report = ({ name, message }) => {
  if (name === 'source') said = ` ${message}`
}
const double = persist(
  function double(x) {
    outcome = 'computed'
    return 2 * x
  },
  { cache, report, verbosity: 0 },
)
await double(2)
console.log(outcome + said)
