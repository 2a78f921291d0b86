import { PickleError } from '@persist/errors'
import type { Plan } from './options.ts'
import type { Tagged } from './tagged.ts'
import { Walk } from './walk.ts'
import { refuseTwoWindows } from './windows.ts'

/** What the snapshot is for: plain JSON, superjson's text, or V8's bytes. */
export type Dialect = 'json' | 'text' | 'binary'

/** A value, copied in one walk that read every part once: what was judged is what gets written. */
export interface Snapshot {
  readonly value: unknown
  /** It holds something that plain JSON does not bring back. */
  readonly rich: boolean
  /** Copies of the objects that were reached more than once. */
  readonly shared: ReadonlySet<object>
  /** Everything that stands for something else. */
  readonly tagged: readonly Tagged[]
  /** Those of them that a type of the user made. */
  readonly custom: ReadonlySet<object>
}

/** The guard: copies the value, or throws a `PickleError` with the path of what would not come back equal. */
export function takeSnapshot(value: unknown, plan: Plan, dialect: Dialect): Snapshot {
  const walk = new Walk(plan, dialect)
  try {
    const copy = walk.root(value)
    refuseTwoWindows(walk)
    return { value: copy, rich: walk.rich, shared: walk.shared, tagged: walk.tagged, custom: walk.custom }
  } catch (error) {
    if (error instanceof PickleError) throw error
    // A getter, a Proxy or a type of the user threw, or the stack was too short for the depth.
    const what = error instanceof RangeError ? 'this is nested too deeply for the stack' : 'this could not be read'
    throw new PickleError(`${what}: ${messageOf(error)}`, walk.here(), { cause: error })
  }
}

/** The message of whatever was thrown. */
function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
