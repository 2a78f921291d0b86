import { PickleError } from '@persist/errors'
import type { ResolvedOptions } from './options.ts'
import { settleParts } from './parts.ts'
import { refuseSharedBuffers } from './shared-buffers.ts'
import type { Tagged } from './tagged.ts'
import { Walk } from './walk.ts'

/** The format that the snapshot is for: plain JSON, superjson's text, or V8's bytes. */
export type Format = 'json' | 'text' | 'binary'

/** A copy of a value, made in one walk that reads every part once. So the parts that were checked are those written. */
export interface Snapshot {
  readonly value: unknown
  /** Whether it contains something that plain JSON does not bring back. */
  readonly rich: boolean
  /** Copies of the objects that were reached more than once. */
  readonly shared: ReadonlySet<object>
  /** All objects in it that stand for something else. */
  readonly tagged: readonly Tagged[]
  /** Those of them that a user's type made. */
  readonly custom: ReadonlySet<object>
  /** The binary parts that are stored outside of the text, in the order of their numbers. */
  readonly parts: readonly Uint8Array[]
}

/**
 * Copies the value, or throws a `PickleError` with the path to a part that would not come back equal. `inText`: large binary
 * parts are written in the text too.
 */
export function takeSnapshot(value: unknown, options: ResolvedOptions, format: Format, inText = true): Snapshot {
  const walk = new Walk(options, format)
  try {
    const copy = walk.root(value)
    refuseSharedBuffers(walk)
    const { rich, shared, tagged, custom } = walk
    return { value: copy, rich, shared, tagged, custom, parts: settleParts(walk.parts, inText) }
  } catch (error) {
    if (error instanceof PickleError) throw error
    // A getter, a Proxy or a user's type threw, or the value is too deep for the stack.
    const what = error instanceof RangeError ? 'this is nested too deeply for the stack' : 'this could not be read'
    throw new PickleError(`${what}: ${messageOf(error)}`, walk.here(), { cause: error })
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
