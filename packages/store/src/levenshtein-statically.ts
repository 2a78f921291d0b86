import * as module from 'fastest-levenshtein'

/** For a bundled application, which has to know what to bring; see `scripts/bundle.mjs`. */
export function levenshtein(): typeof import('fastest-levenshtein') {
  return module
}
