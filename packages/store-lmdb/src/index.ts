/**
 * LMDB as a store.
 *
 * @module @persist/store-lmdb
 */

export { lmdbStore } from './lmdb-store.ts'
export type { LmdbStoreOptions } from './options.ts'
export { fromUrl } from './url.ts'
