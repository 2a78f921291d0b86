// Sets keys forever in the layout of pypersist, each value with its key and number: argv dir keys bytes.
import { writeSync } from 'node:fs'
import { diskStore } from '@persist/store-disk'

const [dir, keys, bytes] = process.argv.slice(2)
const store = diskStore(dir, { layout: 'pypersist', leaseMs: 100 }).open('f')
for (let number = 0; ; number++) {
  const hash = `key-${number % Number(keys)}`
  const payload = `${hash} ${number} `.padEnd(Number(bytes), String(number % 10))
  store.set({ hash, payload, createdAt: number, key: 'k', metadata: 'm' })
  writeSync(1, `${hash} ${number}\n`)
}
