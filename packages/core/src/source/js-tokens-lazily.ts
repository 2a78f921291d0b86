import { createRequire } from 'node:module'

/** Loads js-tokens at the first call, since few functions have the word `this` in their text. */
export function jsTokens(): typeof import('js-tokens') {
  return createRequire(import.meta.url)('js-tokens')
}
