// Puts, reads and deletes entries on a small disk beside other processes: argv folder. Prints the codes of the failures, and how many values are wrong.
import { lmdbStore } from '@persist/store-lmdb'

const store = lmdbStore(process.argv[2]).open('f')
const codes = new Set()
const cell = new Int32Array(new SharedArrayBuffer(4))
let wrong = 0
const attempt = (act) => {
  try {
    act()
  } catch (error) {
    codes.add(error.code ?? String(error))
  }
}
for (let step = 0; step < 1500; step++) {
  const hash = `${process.pid}-${step % 400}`
  const payload = hash.repeat(20 + (step % 900))
  attempt(() => {
    store.set({ hash, payload, createdAt: 1 })
    if (store.get(hash)?.payload === payload) return
    // While other processes open the file, lmdb shows the state before for some milliseconds.
    Atomics.wait(cell, 0, 0, 50)
    if (store.get(hash)?.payload !== payload) wrong++
  })
  if (step % 7 === 0) attempt(() => store.delete(`${process.pid}-${(step + 200) % 400}`))
}
console.log(`done ${JSON.stringify({ codes: [...codes], wrong })}`)
