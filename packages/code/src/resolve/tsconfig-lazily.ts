/** Evaluates the parser of tsconfig.json on first use. The build bundles it. */
export function tsconfigParser(): typeof import('get-tsconfig') {
  return require('get-tsconfig')
}
