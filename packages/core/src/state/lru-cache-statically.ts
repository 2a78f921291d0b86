import * as module from 'lru-cache'

/** For a bundled application, which has to know what to bring; see `scripts/bundle.mjs`. */
export function lruCache(): typeof import('lru-cache') {
  return module
}
