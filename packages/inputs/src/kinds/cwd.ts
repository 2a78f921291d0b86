import { relative } from 'node:path'
import type { InputKind } from '@persist/core'

/** The working directory, from which relative paths begin, as seen from the root. */
export function cwdName(root: string): string {
  return relative(root, process.cwd()) || '.'
}

export const cwdKind: InputKind = { isUnchanged: (name, _digest, _detail, root) => cwdName(root) === name }
