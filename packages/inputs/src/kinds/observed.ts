import type { InputKind } from '@persist/core'
import { canonical } from '@persist/key'
import { digestOf } from '../files/digest.ts'

/** How something is read that the program observes. */
export interface Reader {
  readonly read: () => unknown
  /** A short digest of its source. */
  readonly source: string
  /** No reader with another source has had the name in this process. */
  readonly isAlone: boolean
}

const readers = new Map<string, Reader>()

/** The last reader of a name counts: its module may have been evaluated again. */
export function setReader(name: string, read: () => unknown): Reader {
  const source = digestOf(String(read)).slice(0, 11)
  const before = readers.get(name)
  const reader = { read, source, isAlone: before === undefined || (before.isAlone && before.source === source) }
  readers.set(name, reader)
  return reader
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
    const reader = readers.get(name)
    if (reader === undefined) return false
    // Two readers may have one name by mistake: one must not verify what the other has read.
    if (!reader.isAlone && reader.source !== source) return false
    return hasDigest(reader.read, digest)
  },
}
