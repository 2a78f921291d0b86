/** Evaluates `js-tokens` on first use, since the source of few functions has the word `this`. The build bundles it. */
export function jsTokens(): typeof import('js-tokens') {
  return require('js-tokens')
}
