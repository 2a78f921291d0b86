// A script that does something with a store and closes nothing: URL WHAT. Says when its last call was done.
import { mongoStore } from '@persist/store-mongo'

const [url, what] = process.argv.slice(2)
const adapter = mongoStore(url, { serverWaitMs: 1000 })
const store = adapter.open('script')
const entry = (hash) => ({ hash, payload: 'x', createdAt: 1 })
const acts = {
  'reads and writes': async () => {
    await store.set(entry('a'))
    await store.get('a')
  },
  'keeps a lease': () => store.lease('a', 60_000, { steal: true }),
  'leaves a listing': async () => {
    for (const hash of ['a', 'b', 'c']) await store.set(entry(hash))
    for await (const _ of store.heads()) break
  },
  'calls again after a pause': async () => {
    await store.set(entry('a'))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    if (!(await store.get('a'))) throw new Error('the entry is gone')
  },
  'waits in vain': () => store.get('a').catch((error) => console.log(error.code)),
  // As core does while its calls go on without the store.
  'keeps asking whether the server is back': async () => {
    await store.get('a').catch((error) => console.log(error.code))
    const ask = () => adapter.ping().catch(() => setTimeout(ask, 50).unref())
    ask()
    await new Promise((resolve) => setTimeout(resolve, 1000))
  },
  'sleeps a second after its last call': async () => {
    await store.get('a')
    setTimeout(() => {}, 1000)
  },
}
await acts[what]()
console.log(`done ${Date.now()}`)
