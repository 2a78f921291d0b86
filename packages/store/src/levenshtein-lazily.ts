import { createRequire } from 'node:module'

/** Loads fastest-levenshtein at the first call, on the way to an error, so that nobody pays for it who makes no mistake. */
export function levenshtein(): typeof import('fastest-levenshtein') {
  return createRequire(import.meta.url)('fastest-levenshtein')
}
