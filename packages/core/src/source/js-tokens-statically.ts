import tokens from 'js-tokens'

/** For a bundled application, which has to know what to bring; see `scripts/bundle.mjs`. */
export function jsTokens(): typeof tokens {
  return tokens
}
