// Uses up its file descriptors, tries, gives one back, and tries again: argv dir.
import { closeSync, openSync } from 'node:fs'
import { diskStore } from '@persist/store-disk'

const store = diskStore(process.argv[2]).open('f')
const entry = { hash: 'b-hash', payload: 'b', createdAt: 1 }
store.get('a-hash')
const taken = []
try {
  for (;;) taken.push(openSync('/dev/null', 'r'))
} catch {}
const codes = []
for (const method of [() => store.get('a-hash'), () => store.set(entry), () => store.lease('c-hash', 1000)]) {
  try {
    method()
    codes.push('done')
  } catch (error) {
    codes.push(`${error.code}:${error.cause.code}`)
  }
}
for (const fd of taken) closeSync(fd)
store.set(entry)
console.log(codes.join(' '), store.get('a-hash').payload, store.get('b-hash').payload)
