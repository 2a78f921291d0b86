import type { InputKind } from '@persist/core'
import { canonical } from '@persist/key'
import { digestOf } from '../files/digest.ts'

/** How the things that the program observes are read, by name. */
const readers = new Map<string, () => unknown>()

/** The last reader of a name counts: its module may have been evaluated again. */
export function setReader(name: string, read: () => unknown): void {
  readers.set(name, read)
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
  isUnchanged(name, digest) {
    const read = readers.get(name)
    return read !== undefined && hasDigest(read, digest)
  },
}
