/**
 * LMDB as a store.
 *
 * @module @persist/store-lmdb
 */

export { lmdbStore } from './adapter.ts'
export type { LmdbStoreOptions } from './options.ts'
export { fromUrl } from './url.ts'
