import { createRequire } from 'node:module'

/** Loads `lru-cache` on first use, since most functions have no memory tier. */
export function lruCache(): typeof import('lru-cache') {
  return createRequire(import.meta.url)('lru-cache')
}
