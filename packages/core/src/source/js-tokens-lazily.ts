import { createRequire } from 'node:module'

/** Loads `js-tokens` on first use, since the source of few functions has the word `this`. */
export function jsTokens(): typeof import('js-tokens') {
  return createRequire(import.meta.url)('js-tokens')
}
