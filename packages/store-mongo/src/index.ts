/**
 * MongoDB as a store.
 *
 * @module @persist/store-mongo
 */

import './schemes.ts'

export { mongoStore, mongoStore as fromUrl } from './adapter.ts'
export type { MongoStoreOptions } from './options.ts'
