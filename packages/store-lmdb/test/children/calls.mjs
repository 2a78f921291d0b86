// Twenty times get, set and lease, in a process of its own: argv folder. Prints how often each came out.
import { lmdbStore } from '@persist/store-lmdb'

const outcomes = {}
const count = (outcome) => {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}
const attempt = (verb) => {
  try {
    count(verb() ?? 'done')
  } catch (error) {
    count(error.code ?? String(error))
  }
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
