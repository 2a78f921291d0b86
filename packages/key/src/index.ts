/**
 * Canonical strings for the arguments of a call. They are equal exactly if the arguments are.
 *
 * @module @persist/key
 */

export { canonical, canonicalArguments } from './canonical.ts'
export { type Identified, identity } from './identity.ts'
export { type NamedKey, named } from './named.ts'
export { positional } from './positional.ts'
