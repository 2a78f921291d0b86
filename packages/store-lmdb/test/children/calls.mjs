// Calls get, set and lease twenty times each: argv folder, user. Prints how often each outcome came.
import { lmdbStore } from '@persist/store-lmdb'

const outcomes = {}
const count = (outcome) => {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}
const attempt = (act) => {
  try {
    count(act() ?? 'done')
  } catch (error) {
    count(error.code ?? String(error))
  }
}
// After the imports: the other user may not be able to read the modules, or to run Node.
if (process.argv[3] !== undefined) {
  process.setgid(Number(process.argv[3]))
  process.setuid(Number(process.argv[3]))
}
const store = lmdbStore(process.argv[2]).open('f', { report: () => {} })
for (let number = 0; number < 20; number++) {
  const hash = `key-${number}`
  const payload = `value of ${number}`
  attempt(() => {
    const found = store.get(hash)
    if (found !== undefined) return found.payload === payload ? 'hit' : 'wrong'
  })
  attempt(() => store.set({ hash, payload, createdAt: 1 }))
  attempt(() => void store.lease(hash, 1000)?.release())
}
console.log(JSON.stringify(outcomes))
