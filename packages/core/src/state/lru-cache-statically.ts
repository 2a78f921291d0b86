import * as module from 'lru-cache'

/** The variant for bundled applications, where a bundler has to see the import; see `scripts/bundle.mjs`. */
export function lruCache(): typeof import('lru-cache') {
  return module
}
