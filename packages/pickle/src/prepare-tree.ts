import { recognizesProxies } from '@persist/platform'
import type { ByteRange } from './built-in-type.ts'
import type { ResolvedOptions } from './options.ts'
import type { Part } from './parts.ts'
import { TreeWriter } from './tree-writer.ts'

/** A tree as JSON can write it, its annotations, and its binary parts. */
export interface WrittenTree {
  readonly json: unknown
  readonly notes: string | undefined
  readonly parts: readonly Part[]
  readonly byteRanges: readonly ByteRange[]
}

/**
 * Prepares a value for JSON without a copy of it: only an object with a part that JSON cannot hold is copied. Returns
 * `undefined` for anything that needs more care: an object that is reached twice, a getter, a Proxy, a type of the user, or a
 * part that cannot be stored. Up to there it has run no code but that of the engine, so the careful way through
 * `takeSnapshot` can begin again and still reads each part once.
 */
export function prepareTree(value: unknown, options: ResolvedOptions): WrittenTree | undefined {
  // JSON.stringify reads the original a second time, and a Proxy may then have other parts.
  if (!recognizesProxies) return undefined
  const writer = new TreeWriter(options)
  try {
    const json = writer.member(value, 0)
    const notes = writer.notes.json()
    if (writer.hasRefusedKey && notes !== undefined) return undefined
    return { json, notes, parts: writer.parts, byteRanges: writer.byteRanges }
  } catch {
    return undefined
  }
}

const ANY_TREE = { maxDepth: Number.POSITIVE_INFINITY, types: [] }

/** Prepares a snapshot for JSON, as `hoist` returns it. */
export function prepareHoisted(tree: unknown): { readonly json: unknown; readonly notes: string | undefined } {
  const writer = new TreeWriter(ANY_TREE)
  const json = writer.member(tree, 0)
  return { json, notes: writer.notes.json() }
}
