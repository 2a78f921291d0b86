export { lmdbStore } from './lmdb-store.ts'
export type { LmdbStoreOptions } from './options.ts'
export { fromUrl } from './url.ts'
