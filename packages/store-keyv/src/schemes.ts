import type { KeyvStoreOptions } from './options.ts'

declare module '@persist/store' {
  interface StoreSchemes {
    redis: KeyvStoreOptions
    rediss: KeyvStoreOptions
  }
}
