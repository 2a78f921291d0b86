/**
 * A folder as a store.
 *
 * @module @persist/store-disk
 */

import './schemes.ts'

export { diskStore } from './disk-store.ts'
export type { FileSystem } from './files/file-system.ts'
export { fromUrl } from './folder/url.ts'
export type { DiskStoreOptions } from './options.ts'
export type { Clock } from './plan.ts'
