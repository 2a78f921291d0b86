import type { Observation } from './observation.ts'

/** How inputs of one kind are verified. `@persist/inputs` has several. */
export interface InputKind {
  /**
   * Whether the input is still as it was seen. The input comes from the store, where any program may have written it.
   *
   * @param root the folder to which paths are relative.
   */
  isUnchanged(name: string, digest: string, detail: string, root: string): boolean | PromiseLike<boolean>
}

/** Takes what one run of a traced function reads. */
export interface Recorder {
  /** The folder to which paths are relative. */
  readonly root: string
  /** `false`: the result will not be stored, so nothing more need be recorded. */
  readonly isRecording: boolean
  /** Records what was read. */
  add(observation: Observation): void
  /** Notes a read that ends when it is recorded. Absent in older copies of core. */
  during?(read: Promise<unknown>): void
  /** Notes something whose value is known later. Returns a function to call then. Absent in older copies of core. */
  begin?(name: string): () => void
  /** Records that something was read that no later call can verify, so that the result is not stored. */
  refuse(name: string, why: string): void
}

/** What core and `@persist/inputs` share: found under `Symbol.for('@persist/core/tracing@1')`. */
export interface Tracing {
  /** The number of traced runs. While there is none, nothing is recorded. */
  active: number
  /** The trace of the run that the calling code belongs to. */
  current: (() => Recorder | undefined) | undefined
  readonly kinds: Map<string, InputKind>
  /** What the identities of arguments have read for the key that is being made. `undefined`: none is. */
  keyReads: readonly Observation[] | undefined
}

// On a well-known symbol: all copies of core and of @persist/inputs in one process meet here.
const TRACING = Symbol.for('@persist/core/tracing@1')
const shared = globalThis as { [TRACING]?: Tracing }
shared[TRACING] ??= { active: 0, current: undefined, kinds: new Map(), keyReads: undefined }
export const tracing: Tracing = shared[TRACING]

/** Shared by all keys whose arguments read nothing. */
export const NO_READS: readonly Observation[] = []
