// Calls twice, prints the time of the end, and ends by itself: argv cache lingerMs.
import { persist } from '@persist/core'

const [cache, lingerMs = '0'] = process.argv.slice(2)
const double = persist(async (x) => 2 * x, { funcname: 'double', cache, verbosity: 0 })
await double(1)
await double(2)
console.log(`done ${Date.now()}`)
if (lingerMs !== '0') setTimeout(() => {}, Number(lingerMs))
