// Sets keys, each value with its key and number, and prints each that the store has acknowledged: argv dir keys bytes name times.
import { writeSync } from 'node:fs'
import { diskStore } from '@persist/store-disk'

const [dir, keys, bytes, name, times] = process.argv.slice(2)
const store = diskStore(dir).open('f')
for (let number = 0; number < Number(times); number++) {
  const hash = `${name}-${number % Number(keys)}`
  const payload = `${hash} ${number} `.padEnd(Number(bytes), String(number % 10))
  store.set({ hash, payload, createdAt: number })
  writeSync(1, `${hash} ${number}\n`)
}
