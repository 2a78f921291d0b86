import type { MongoStoreOptions } from './options.ts'

declare module '@persist/store' {
  interface StoreSchemes {
    mongodb: MongoStoreOptions
    'mongodb+srv': MongoStoreOptions
  }
}
