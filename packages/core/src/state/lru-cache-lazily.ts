import { createRequire } from 'node:module'

/** Loads lru-cache at the first call, since most functions have no tier in memory. */
export function lruCache(): typeof import('lru-cache') {
  return createRequire(import.meta.url)('lru-cache')
}
