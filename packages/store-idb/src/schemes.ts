import type { IdbStoreOptions } from './options.ts'

declare module '@persist/store' {
  interface StoreSchemes {
    idb: IdbStoreOptions
  }
}
