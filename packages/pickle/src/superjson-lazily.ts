import { createRequire } from 'node:module'

/** Loads superjson at the first call, since plain JSON does without. */
export function superjson(): typeof import('superjson') {
  return createRequire(import.meta.url)('superjson')
}
