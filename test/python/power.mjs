// Computes the squares from 1 to a number, in the layout that Python shares, and prints them. Arguments: folder, number.
import { persist } from '@persist/core'

const [dir, most] = process.argv.slice(2)
const power = persist((x, y) => ({ power: x ** y, by: 'TypeScript', text: '' }), {
  funcname: 'power',
  cache: `file://${dir}?layout=pypersist`,
  key: (x, y) => [x, y],
  storekey: true,
  hash: ([x, y]) => `${x}_to_the_power_of_${y}`,
  pickle: JSON.stringify,
  unpickle: (payload) => JSON.parse(String(payload)),
})
for (let x = 1; x <= Number(most); x++) console.log(power(x, 2).power)
