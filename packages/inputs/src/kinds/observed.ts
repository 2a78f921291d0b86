import type { InputKind } from '@persist/core'
import { canonical } from '@persist/key'
import { digestOf } from '../files/digest.ts'

/** How something is read that the program observes. */
export interface Reader {
  readonly read: () => unknown
  /** A short digest of its source. */
  readonly source: string
}

/** The readers of one name: the last one, and the last one of each source. */
interface Readers {
  readonly last: Reader
  readonly bySource: Map<string, Reader>
}

// On a well-known symbol: of all copies of this package in one process, the last one verifies what each has observed.
const READERS = Symbol.for('@persist/inputs/readers@1')
const shared = globalThis as { [READERS]?: Map<string, Readers> }
shared[READERS] ??= new Map()
const readers = shared[READERS]

/** The last reader of a name counts: its module may have been evaluated again. */
export function setReader(name: string, read: () => unknown): Reader {
  const last = { read, source: digestOf(String(read)).slice(0, 11) }
  const bySource = readers.get(name)?.bySource ?? new Map<string, Reader>()
  bySource.set(last.source, last)
  readers.set(name, { last, bySource })
  return last
}

/** The digest of what was observed. */
export function observedDigest(value: unknown): string {
  return digestOf(canonical(value))
}

/** Whether the present value has the digest. */
export function hasDigest(read: () => unknown, digest: string): boolean | Promise<boolean> {
  const value = read()
  const isSame = (value: unknown) => observedDigest(value) === digest
  return isPromise(value) ? Promise.resolve(value).then(isSame) : isSame(value)
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}

/** Something that the program observes. Only what it named itself is read. */
export const observedKind: InputKind = {
  isUnchanged(name, digest, source) {
    const found = readers.get(name)
    if (found === undefined) return false
    const { last, bySource } = found
    if (last.source === source || bySource.size === 1) return hasDigest(last.read, digest)
    // Two readers may have one name by mistake: one alone must not verify what the other has read. In two bundles, they may be one.
    const own = bySource.get(source)
    return own !== undefined && both(hasDigest(own.read, digest), () => hasDigest(last.read, digest))
  },
}

function both(one: boolean | Promise<boolean>, other: () => boolean | Promise<boolean>): boolean | Promise<boolean> {
  return isPromise(one) ? one.then((isSame) => isSame && other()) : one && other()
}
