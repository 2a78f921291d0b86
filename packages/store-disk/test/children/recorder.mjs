// Notes deletions by tag until it is killed, and prints each: argv dir name.
import { diskStore } from '@persist/store-disk'

const [, , dir, name] = process.argv
const { tagFence } = diskStore(dir).open('f')
for (let number = 0; ; number++) {
  tagFence.record(`${name}-${number}`)
  console.log(`recorded ${number}`)
  if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
}
