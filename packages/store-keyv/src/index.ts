/**
 * Keyv, and Redis by it, as a store.
 *
 * @module @persist/store-keyv
 */

import './schemes.ts'

export { keyvStore, keyvStore as fromUrl } from './adapter.ts'
export type { KeyvLike } from './keyv-like.ts'
export type { KeyvStoreOptions } from './options.ts'
