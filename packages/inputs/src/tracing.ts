import type { InputKind, Observation, Recorder, Tracing } from '@persist/core'
import { Contents } from './files/contents.ts'
import { type FileSystem, realFileSystem } from './files/file-system.ts'

// On the well-known symbol of core. This package may be loaded before core, and does not load it.
const TRACING = Symbol.for('@persist/core/tracing@1')
const shared = globalThis as { [TRACING]?: Tracing }
shared[TRACING] ??= { active: 0, current: undefined, kinds: new Map(), keyReads: undefined }
const tracing = shared[TRACING]

/** The files, and what is known of their contents, in this process. */
export const contents = new Contents(realFileSystem)
export const files: FileSystem = contents.fs

/** The trace of the function that the calling code belongs to. */
export function currentTrace(): Recorder | undefined {
  const trace = tracing.active === 0 ? undefined : tracing.current?.()
  return trace?.isRecording ? trace : undefined
}

/** Registers how inputs of a kind are verified. */
export function registerKind(name: string, kind: InputKind): void {
  tracing.kinds.set(name, kind)
}

/** Records what the identity of an argument has read: core checks it again after the function has run. */
export function noteKeyRead(observation: Observation): void {
  const reads = tracing.keyReads
  // No key is being made: the identity was asked for by other code.
  if (reads === undefined) return
  // The empty one is shared.
  if (reads.length === 0) tracing.keyReads = [observation]
  else (reads as Observation[]).push(observation)
}
