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
const handedOver = persist(compute, { funcname: 'handed-over', cache: diskStore('./cache') })
console.log(handedOver(2).at.toISOString())
registerStore('file', fromUrl)
const byUrl = persist(compute, { funcname: 'by-url', cache: 'file://cache', storekey: true })
console.log(byUrl(3).twice, [...byUrl.cache.keys()])
attempt({ cache: 'mongodb://localhost' })
attempt({ cahce: './cache' })
