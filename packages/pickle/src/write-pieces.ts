import { PickleError } from '@persist/errors'
import { refuseCustomCycle } from './cycles.ts'
import { hoist } from './hoist.ts'
import type { ResolvedOptions } from './options.ts'
import { settleParts } from './parts.ts'
import { headOf, type Pieces } from './payload-bytes.ts'
import { jsonOf } from './payload-string.ts'
import { prepareHoisted, prepareTree, type WrittenTree } from './prepare-tree.ts'
import { firstOverlap } from './shared-buffers.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

const NO_PARTS: readonly Uint8Array[] = []

/** Writes a value. Throws `PickleError`, with the path, if a part would not come back equal. */
export function writePieces(value: unknown, options: ResolvedOptions): Pieces {
  const tree = prepareTree(value, options)
  const parts = tree && partsOfTree(tree, options)
  if (tree === undefined || parts === undefined) return writeSnapshot(value, options)
  return { text: textOf(parts, tree.json, tree.notes), parts }
}

/** `undefined` if they cannot be stored: the careful way finds the path. */
function partsOfTree(tree: WrittenTree, options: ResolvedOptions): readonly Uint8Array[] | undefined {
  if (firstOverlap(tree.byteRanges) !== undefined) return undefined
  if (tree.parts.length === 0) return NO_PARTS
  try {
    return settleParts(tree.parts, !options.binary)
  } catch {
    return undefined
  }
}

function writeSnapshot(value: unknown, options: ResolvedOptions): Pieces {
  const snapshot = takeSnapshot(value, options, 'text', !options.binary)
  if (!snapshot.rich && snapshot.shared.size === 0)
    return { text: `{"v":1,"json":${jsonOf(snapshot.value)}}`, parts: NO_PARTS }
  refuseCustomCycle(snapshot)
  const { parts } = snapshot
  const { json, notes } = prepared(snapshot)
  return { text: textOf(parts, json, notes), parts }
}

function prepared({ value, shared }: Snapshot): ReturnType<typeof prepareHoisted> {
  try {
    return prepareHoisted(hoist(value, shared))
  } catch (error) {
    throw new PickleError(`this cannot be written: ${(error as Error).message}`, '$', { cause: error })
  }
}

function textOf(parts: readonly Uint8Array[], json: unknown, notes: string | undefined): string {
  const text = `${headOf(parts)}"json":${jsonOf(json)}`
  return notes === undefined ? `${text}}` : `${text},"meta":{"values":${notes},"v":1}}`
}
