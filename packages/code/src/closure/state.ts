import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'

/** The digest of the part that names a folder. */
export const FOLDER = 'folder'

/**
 * The digest of parts in any order, and the parts in order. A folder is named, and not in the digest: the program itself may
 * make it, as it makes the folder of its results.
 */
export function stateOf(parts: readonly DependencyPart[]): DependencyState {
  const keyed = parts.map((part) => ({ part, key: `${JSON.stringify(part.name)} ${part.digest}` }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1))
  const counted = keyed.filter(({ part }) => part.digest !== FOLDER)
  return { digest: digestOf(counted.map(({ key }) => key).join('\n')), parts: keyed.map(({ part }) => part) }
}
