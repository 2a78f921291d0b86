import * as module from 'superjson'

/** For a bundled application, which has to know what to bring; see `scripts/bundle.mjs`. */
export function superjson(): typeof import('superjson') {
  return module
}
