/** The packages of the stores that core knows by scheme. Core names them nowhere else. */
export const WELL_KNOWN_STORES: Readonly<Record<string, string>> = {
  file: '@persist/store-disk',
  mongodb: '@persist/store-mongo',
  'mongodb+srv': '@persist/store-mongo',
  lmdb: '@persist/store-lmdb',
  idb: '@persist/store-idb',
  redis: '@persist/store-keyv',
  rediss: '@persist/store-keyv',
}

/** The driver to install with a store package that includes none. */
export const COMPANIONS: Readonly<Record<string, string>> = { redis: '@keyv/redis', rediss: '@keyv/redis' }
