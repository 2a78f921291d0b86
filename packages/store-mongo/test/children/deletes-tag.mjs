// Records that a tag was deleted, and ends: URL NAMESPACE TAG
import { mongoStore } from '@persist/store-mongo'

const [url, namespace, tag] = process.argv.slice(2)
const adapter = mongoStore(url)
await adapter.open(namespace).tagFence.record(tag)
await adapter.close()
console.log('recorded')
