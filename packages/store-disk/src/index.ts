/**
 * A folder as a store.
 *
 * @module @persist/store-disk
 */

import './schemes.ts'

export { diskStore, fromUrl } from './adapter.ts'
export type { FileSystem } from './files/file-system.ts'
export type { DiskStoreOptions } from './options.ts'
export type { Clock } from './resolved-options.ts'
