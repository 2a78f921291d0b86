// Writes results forever, and prints each number when its result is stored: argv cache name.
import { writeSync } from 'node:fs'
import { persist } from '@persist/core'

const [cache, name] = process.argv.slice(2)
const square = persist((number) => `${number} `.padEnd(2_000, `${(number * number) % 10}`), {
  funcname: name,
  cache,
  onStoreError: 'throw',
})
for (let number = 0; ; number++) {
  await square(number)
  writeSync(1, `${number}\n`)
}
