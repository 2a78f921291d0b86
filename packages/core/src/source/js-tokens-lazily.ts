/** Evaluates js-tokens at the first call: few functions have the word `this` in their text. The build makes it part of this package. */
export function jsTokens(): typeof import('js-tokens') {
  return require('js-tokens')
}
