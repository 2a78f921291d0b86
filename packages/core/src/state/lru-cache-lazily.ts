/** Evaluates `lru-cache` on first use, since most functions have no memory tier. The build bundles it. */
export function lruCache(): typeof import('lru-cache') {
  return require('lru-cache')
}
