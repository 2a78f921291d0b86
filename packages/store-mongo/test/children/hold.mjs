// Takes leases and keeps them; publishes on a signal: URL COUNT MS
import { mongoStore } from '@persist/store-mongo'

const [url, count, ms] = process.argv.slice(2)
const adapter = mongoStore(url)
const store = adapter.open('held')
const leases = []
for (let number = 0; number < count; number++) leases.push(await store.lease(`key-${number}`, Number(ms)))
console.log(`held ${leases.filter(Boolean).length}`)
process.stdin.once('data', async () => {
  process.stdin.destroy()
  let rejected = 0
  for (const [number, lease] of leases.entries()) {
    if (!(await lease.publish({ hash: `key-${number}`, payload: 'from the dead', createdAt: 1 }))) rejected++
  }
  console.log(`rejected ${rejected}`)
})
