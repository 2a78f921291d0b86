// A thousand calls over a folder, and how it went: argv folder.
import { persist } from '@persist/core'

let runs = 0
const double = persist(
  (x) => {
    runs++
    return 2 * x
  },
  { funcname: 'double', cache: process.argv[2] },
)
const start = performance.now()
let wrong = 0
for (let x = 0; x < 1000; x++) if (double(x) !== 2 * x) wrong++
console.log(JSON.stringify({ runs, wrong, ms: performance.now() - start }))
