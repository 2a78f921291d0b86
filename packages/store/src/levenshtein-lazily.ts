import { createRequire } from 'node:module'

/** Loads fastest-levenshtein at the first call, on the way to an error, so that only a mistake costs that time. */
export function levenshtein(): typeof import('fastest-levenshtein') {
  return createRequire(import.meta.url)('fastest-levenshtein')
}
