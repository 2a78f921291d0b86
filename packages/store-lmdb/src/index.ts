/**
 * LMDB as a store.
 *
 * @module @persist/store-lmdb
 */

import './schemes.ts'

export { fromUrl, lmdbStore } from './adapter.ts'
export type { LmdbStoreOptions } from './options.ts'
