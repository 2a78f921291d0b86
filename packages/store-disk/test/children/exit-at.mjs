// Does one method and exits at once, without any cleaning up, at the n-th call of the file system: argv dir method n.
import * as fs from 'node:fs'
import { diskStore } from '@persist/store-disk'

const [dir, method, n] = process.argv.slice(2)
let calls = 0
const fileSystem = { ...fs }
for (const [name, real] of Object.entries(fs)) {
  if (typeof real !== 'function' || !name.endsWith('Sync')) continue
  fileSystem[name] = (...args) => {
    if (++calls === Number(n)) process.reallyExit(9)
    return real(...args)
  }
}
const store = diskStore(dir, { fileSystem }).open('f')
const entry = { hash: 'an-old-one', payload: 'new', createdAt: 1 }
const methods = {
  set: () => store.set(entry),
  publish: () => store.lease(entry.hash, 60_000)?.publish(entry),
  delete: () => store.delete(entry.hash),
  clear: () => store.clear(),
  prune: () => store.prune(0, { maxEntries: 0 }),
}
methods[method]()
