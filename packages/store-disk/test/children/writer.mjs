// Sets keys forever, each value with its key and number, and prints each that the store has acknowledged: argv dir keys bytes name.
import { writeSync } from 'node:fs'
import { diskStore } from '@persist/store-disk'

const [dir, keys, bytes, name = 'key'] = process.argv.slice(2)
const store = diskStore(dir).open('f')
for (let number = 0; ; number++) {
  const hash = `${name}-${number % Number(keys)}`
  const payload = `${hash} ${number} `.padEnd(Number(bytes), String(number % 10))
  if (number % 3 === 0) {
    const lease = store.lease(hash, 60_000, { steal: true })
    if (!lease.publish({ hash, payload, createdAt: number })) continue
  } else store.set({ hash, payload, createdAt: number })
  writeSync(1, `${hash} ${number}\n`)
}
