/** Evaluates the lexer on first use: while a manifest is current, nothing is parsed. The build bundles it. */
export function lexer(): typeof import('es-module-lexer/js') {
  return require('es-module-lexer/js')
}
