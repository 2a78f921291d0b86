/** Evaluates fastest-levenshtein on first use, for an error. The build bundles it into this package. */
export function levenshtein(): typeof import('fastest-levenshtein') {
  return require('fastest-levenshtein')
}
