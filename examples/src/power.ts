// A simpler key, descriptive file names with their inverse, and files that a person can read:
// ./persist/power/2_to_the_power_of_4.entry ends with 16.
import { persist } from '@persist/core'

const power = persist((x: number, y: number) => x ** y, {
  funcname: 'power',
  key: (x, y) => [x, y] as const,
  hash: ([x, y]) => `${x}_to_the_power_of_${y}`,
  unhash: (hash) => hash.split('_to_the_power_of_').map(Number) as [number, number],
  pickle: String,
  unpickle: Number,
})

console.log(power(2, 4))
console.log(power(10, 3))
console.log(power.cache.get([2, 4]))
for (const [[x, y], z] of power.cache) console.log(`${x} ** ${y} = ${z}`)
