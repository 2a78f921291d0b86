import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'

/** The digest of parts in any order, and the parts in order. */
export function stateOf(parts: readonly DependencyPart[]): DependencyState {
  const keyed = parts.map((part) => ({ part, key: `${JSON.stringify(part.name)} ${part.digest}` }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1))
  return { digest: digestOf(keyed.map(({ key }) => key).join('\n')), parts: keyed.map(({ part }) => part) }
}
