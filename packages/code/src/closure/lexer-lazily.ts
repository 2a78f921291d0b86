/**
 * Evaluates the lexer on first use: while a manifest is current, nothing is parsed. The build bundles it. It is WebAssembly,
 * which needs no warming up: the same lexer in JavaScript takes ten times as long for the first thirty files.
 */
export function lexer(): typeof import('es-module-lexer') {
  return require('es-module-lexer')
}
