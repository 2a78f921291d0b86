/**
 * IndexedDB as a store, for pages and their workers.
 *
 * @module @persist/store-idb
 */

import './schemes.ts'

export { fromUrl, idbStore } from './adapter.ts'
export type { IdbStoreOptions } from './options.ts'
