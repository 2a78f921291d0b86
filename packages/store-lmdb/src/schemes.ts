import type { LmdbStoreOptions } from './options.ts'

declare module '@persist/store' {
  interface StoreSchemes {
    lmdb: LmdbStoreOptions
  }
}
