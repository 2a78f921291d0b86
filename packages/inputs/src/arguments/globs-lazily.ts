/** Evaluates the matcher of globs on first use. The build bundles it. */
export function globMatcher(): typeof import('picomatch') {
  return require('picomatch')
}
