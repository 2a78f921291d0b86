import tokens from 'js-tokens'

/** The variant for bundled applications, where a bundler has to see the import; see `scripts/bundle.mjs`. */
export function jsTokens(): typeof tokens {
  return tokens
}
