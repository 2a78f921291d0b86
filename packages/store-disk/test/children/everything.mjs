// Every method of a bounded namespace, in a process that can be ended when it hangs: argv dir.
import { diskStore } from '@persist/store-disk'

const store = diskStore(process.argv[2]).open('f', { bounds: { maxEntries: 30 }, report: () => {} })
const other = diskStore(process.argv[2]).open('f')
const entry = (hash) => ({ hash, payload: `payload of ${hash}`, createdAt: 1 })
const attempt = (method) => {
  try {
    method()
    console.log('done')
  } catch (error) {
    console.log(`failed ${error.code} ${error.message}`)
  }
}
for (let number = 0; number < 40; number++) attempt(() => store.set(entry(`more-${number}`)))
attempt(() => other.set(entry('of-another')))
attempt(() => store.lease('leased', 1000)?.publish(entry('leased')))
attempt(() => store.lease('foreign', 1000))
attempt(() => store.tagFence.mark())
attempt(() => store.tagFence.hasDeleted('none', ['red']))
attempt(() => store.tagFence.record('red'))
attempt(() => other.delete('more-1'))
attempt(() => store.prune(0, { maxEntries: 20 }))
store.set(entry('last'))
const wrong = [...store.entries()].filter(({ hash, payload }) => payload !== `payload of ${hash}`)
console.log(wrong.length === 0 && store.get('last')?.payload === 'payload of last' ? 'values are right' : 'wrong')
