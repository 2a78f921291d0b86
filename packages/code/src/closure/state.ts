import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'

/** The digest of the part that names a folder. */
export const FOLDER = 'folder'

/**
 * The digest of parts in any order, and the parts in order. A folder is named, and not in the digest: the program itself may
 * make it, as it makes the folder of its results.
 */
export function stateOf(parts: readonly DependencyPart[]): DependencyState {
  const sorted = [...parts].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const counted = sorted.filter(({ digest }) => digest !== FOLDER)
  return { digest: digestOf(counted.map(key).join('\n')), parts: sorted }
}

function key({ name, digest }: DependencyPart): string {
  return `${JSON.stringify(name)} ${digest}`
}
