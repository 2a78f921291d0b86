/** The schemes whose stores core knows by name, and the packages that bring them: the only such names in core. */
export const WELL_KNOWN_STORES: Readonly<Record<string, string>> = {
  file: '@persist/store-disk',
  mongodb: '@persist/store-mongo',
  'mongodb+srv': '@persist/store-mongo',
  lmdb: '@persist/store-lmdb',
  redis: '@persist/store-keyv',
  rediss: '@persist/store-keyv',
}
