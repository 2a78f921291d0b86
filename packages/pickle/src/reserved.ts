import { ERROR_NAMES } from './error-types.ts'
import { LEAVES } from './leaves.ts'
import { ARRAY, BIG_INTEGER, ENTRIES, GRAPH, NULL_PROTOTYPE, REFERENCE } from './tagged.ts'

/** Names in the stored format that no type of a user may take. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...LEAVES.map((leaf) => leaf.name),
  ...ERROR_NAMES.values(),
  ARRAY,
  BIG_INTEGER,
  ENTRIES,
  GRAPH,
  NULL_PROTOTYPE,
  REFERENCE,
])
