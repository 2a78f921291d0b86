// Reads the first key again and again, and fails for a problem or a value that is not whole: argv dir keys bytes name times.
import assert from 'node:assert/strict'
import { diskStore } from '@persist/store-disk'

const [dir, , bytes, name, times] = process.argv.slice(2)
const hash = `${name}-0`
const report = (problem) => {
  throw problem
}
const store = diskStore(dir).open('f', { report })
for (let read = 0; read < Number(times); ) {
  const entry = store.get(hash)
  if (entry === undefined) continue
  read++
  const number = entry.createdAt
  assert.equal(entry.payload, `${hash} ${number} `.padEnd(Number(bytes), String(number % 10)))
}
