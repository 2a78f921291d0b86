/** Evaluates fastest-levenshtein at the first call, on the way to an error. The build makes it part of this package. */
export function levenshtein(): typeof import('fastest-levenshtein') {
  return require('fastest-levenshtein')
}
