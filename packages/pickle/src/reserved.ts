import { BUILT_IN_TYPES } from './built-in-types.ts'
import { ERROR_NAMES } from './error-types.ts'
import { STRUCTURES } from './tagged.ts'

/** The names of the stored format, which a user's type must not have. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...BUILT_IN_TYPES.map(({ name }) => name),
  ...ERROR_NAMES.values(),
  ...STRUCTURES,
])
