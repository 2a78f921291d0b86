// Fills a small disk up and changes a store on it: argv disk, seed. Prints the codes of the failures, and how many values are wrong.
import { ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { lmdbStore } from '@persist/store-lmdb'

const [, , disk, seed] = process.argv
const filler = openSync(join(disk, 'filler'), 'w')
const block = Buffer.alloc(4096)
let blocks = 0
let state = Number(seed)
const below = (limit) => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return (state >>> 8) % limit
}
const codes = new Set()
const attempt = (act) => {
  try {
    act()
    return true
  } catch (error) {
    codes.add(error.code ?? String(error))
    return false
  }
}
const fillUp = () => {
  while (attempt(() => writeSync(filler, block, 0, block.length, blocks * block.length))) blocks++
  codes.delete('ENOSPC')
}

const store = lmdbStore(join(disk, 'cache')).open('f')
const stored = new Map()
const put = (hash, payload) => {
  if (attempt(() => store.set({ hash, payload, createdAt: 1 }))) stored.set(hash, payload)
}
for (let number = 0; number < 60; number++) put(`${number}`, 'a'.repeat(below(10_000)))
fillUp()
for (let step = 0; step < 300; step++) {
  const hash = `${below(80)}`
  const kind = below(4)
  if (kind === 0 && attempt(() => store.delete(hash))) stored.delete(hash)
  if (kind === 1) put(hash, 'b'.repeat(below(3_500)))
  if (kind === 2) put(hash, 'c'.repeat(below(90_000)))
  if (kind === 3) attempt(() => store.lease(hash, 30_000)?.release())
  if (step % 60 === 0) {
    blocks = Math.max(0, blocks - below(200))
    ftruncateSync(filler, blocks * block.length)
  }
  if (step % 60 === 30) fillUp()
}
let wrong = 0
for (let number = 0; number < 80; number++) if (store.get(`${number}`)?.payload !== stored.get(`${number}`)) wrong++
console.log(JSON.stringify({ codes: [...codes], wrong }))
