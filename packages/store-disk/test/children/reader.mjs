// Reads keys until stdin ends and prints how many values it met, and every one that is wrong: argv dir keys bytes.
import { diskStore } from '@persist/store-disk'

const [dir, keys, bytes] = process.argv.slice(2)
const store = diskStore(dir).open('f', { report: (problem) => console.log(`wrong report ${problem.message}`) })
let ended = false
let met = 0
process.stdin.on('end', () => {
  ended = true
})
process.stdin.resume()
while (!ended) {
  for (let turn = 0; turn < 200; turn++) {
    const hash = `key-${turn % Number(keys)}`
    const entry = store.get(hash)
    if (entry === undefined) continue
    met++
    const number = entry.createdAt
    if (entry.payload !== `${hash} ${number} `.padEnd(Number(bytes), String(number % 10))) console.log(`wrong ${hash}`)
  }
  await new Promise((resolve) => setImmediate(resolve))
}
console.log(`met ${met}`)
