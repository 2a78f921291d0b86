// Calls a slow function through the cache, on a signal: URL HASH
import { mongoStore } from '@persist/store-mongo'

const [url, hash] = process.argv.slice(2)
const adapter = mongoStore(url)
const store = adapter.open('once')
const runs = adapter.open('runs')
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

await store.get('warm')
console.log('ready')
process.stdin.once('data', async () => {
  process.stdin.destroy()
  console.log(`value ${await call()}`)
})

async function call() {
  for (let wait = 5; ; wait = Math.min(wait * 1.6, 250)) {
    const hit = await store.get(hash)
    if (hit) return hit.payload
    const lease = await store.lease(hash, 30_000)
    if (lease) {
      const again = await store.get(hash)
      if (again) return again.payload
      await runs.set({ hash: `${hash}-${process.pid}`, payload: '', createdAt: Date.now() })
      await pause(200)
      await lease.publish({ hash, payload: 'computed', createdAt: Date.now() })
      return 'computed'
    }
    await pause(wait * (0.5 + Math.random()))
  }
}
