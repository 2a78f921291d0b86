import type { DiskStoreOptions } from './options.ts'

declare module '@persist/store' {
  interface StoreSchemes {
    file: DiskStoreOptions
  }
}
