export { type LmdbStoreOptions, lmdbStore } from './lmdb-store.ts'
export { fromUrl } from './url.ts'
