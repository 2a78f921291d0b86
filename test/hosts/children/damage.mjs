// Damages the file of an entry again and again, and calls the function each time: argv folder times.
// Prints as JSON how often the value was wrong, and how often the function ran again.
import { readFileSync, writeFileSync } from 'node:fs'
import { persist } from '@persist/core'

const [folder, times] = process.argv.slice(2)
let runs = 0
const square = persist(
  (x) => {
    runs++
    return { x, square: x * x, text: 'ä'.repeat(50) }
  },
  { funcname: 'square', cache: `file://${folder}`, hash: () => 'one', verbosity: 0 },
)
const right = JSON.stringify(square(7))
const path = `${folder}/square/one.entry`
const whole = readFileSync(path)
let wrong = 0
let seed = 1
const next = (below) => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed % below
}
for (let time = 0; time < Number(times); time++) {
  let file = Buffer.from(whole)
  const at = next(file.length)
  if (time % 3 === 0) file[at] ^= 1 << next(8)
  else if (time % 3 === 1) file = file.subarray(0, at)
  else file = Buffer.concat([file, Buffer.of(next(256))])
  writeFileSync(path, file)
  if (JSON.stringify(square(7)) !== right) wrong++
}
console.log(JSON.stringify({ wrong, runs }))
