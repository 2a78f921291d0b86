// A bundled application: it passes adapters, or registers their schemes.
import { persist, registerStore } from '@persist/core'
import { diskStore, fromUrl } from '@persist/store-disk'

const attempt = (options) => {
  try {
    persist(() => 1, { funcname: 'attempt', ...options })
  } catch ({ code, message }) {
    console.log(code, message.includes('registerStore("mongodb", fromUrl)'))
  }
}
const compute = (x) => {
  console.log('computing')
  return { twice: 2 * x, at: new Date(0) }
}
const handedOver = persist(compute, { funcname: 'handed-over', cache: diskStore('./cache'), ttl: '1h', memory: true })
console.log(handedOver(2).at.toISOString(), handedOver(2).twice, handedOver.counters.hits > 0)
registerStore('file', fromUrl)
const byUrl = persist(compute, { funcname: 'by-url', cache: 'file://cache', storekey: true })
console.log(byUrl(3).twice, [...byUrl.cache.keys()])
const model = {
  factor: 3,
  of: persist(
    function (x) {
      return this.factor * x
    },
    { funcname: 'of', key: (x) => x, cache: 'memory://m' },
  ),
}
console.log(model.of(2))
attempt({ cache: 'mongodb://localhost' })
attempt({ cahce: './cache' })
