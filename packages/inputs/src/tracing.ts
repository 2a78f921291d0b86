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

/** An argument may be read any number of times, by code that makes no call. */
const MOST_KEY_READS = 10_000

/** Records what the identity of an argument has read: core checks it again after the function has run. */
export function noteKeyRead(observation: Observation): void {
  if ((tracing.keyReads?.length ?? 0) >= MOST_KEY_READS) tracing.keyReads = undefined
  tracing.keyReads ??= []
  tracing.keyReads.push(observation)
}
