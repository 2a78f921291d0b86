/**
 * MongoDB as a store.
 *
 * @module @persist/store-mongo
 */

import './schemes.ts'

export { mongoStore, mongoStore as fromUrl } from './mongo-adapter.ts'
export type { MongoStoreOptions } from './options.ts'
