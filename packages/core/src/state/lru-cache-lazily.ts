/** Evaluates lru-cache at the first call, since most functions have no tier in memory. The build makes it part of this package. */
export function lruCache(): typeof import('lru-cache') {
  return require('lru-cache')
}
