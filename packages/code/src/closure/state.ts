import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'

/** The digest of parts in any order, and the parts in order. */
export function stateOf(parts: readonly DependencyPart[]): DependencyState {
  const sorted = [...parts].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return { digest: digestOf(sorted.map(key).join('\n')), parts: sorted }
}

function key({ name, digest }: DependencyPart): string {
  return `${JSON.stringify(name)} ${digest}`
}
