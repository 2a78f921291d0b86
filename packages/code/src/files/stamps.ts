import type { Stamp } from './file-system.ts'

/**
 * A file that changed less than this time before it was read may change again within one tick of the file system's clock,
 * with the same times and size. FAT has the longest tick, two seconds; the rest is for clocks of file servers.
 * The rule is that of git for its index: https://git-scm.com/docs/racy-git
 */
export const RACY_MS = 3_000

/** The parts of a stamp that show whether a file may have changed. */
export type StampTuple = readonly [mtimeMs: number, ctimeMs: number, size: number, ino: number]

export function tupleOf({ mtimeMs, ctimeMs, size, ino }: Stamp): StampTuple {
  return [mtimeMs, ctimeMs ?? 0, size, ino ?? 0]
}

/** Whether a stamp is the one of the tuple. Without any allocation, since a warm start does little else. */
export function isSame(tuple: StampTuple, stamp: Stamp): boolean {
  return (
    tuple[0] === stamp.mtimeMs &&
    tuple[1] === (stamp.ctimeMs ?? 0) &&
    tuple[2] === stamp.size &&
    tuple[3] === (stamp.ino ?? 0)
  )
}

/** Images of file systems, such as squashfs, may have whole seconds only, which their makers set to one time. */
const SECOND_MS = 1_000

/**
 * Whether another content may have the same stamp: after a later change, or in another image at the same place.
 *
 * @param at the time before the file was read, milliseconds since 1970.
 */
export function isRacy([mtimeMs, ctimeMs]: StampTuple, at: number): boolean {
  // Programs can set mtime, but not ctime.
  const changed = ctimeMs > 0 ? ctimeMs : mtimeMs
  return !(changed < at - RACY_MS) || changed % SECOND_MS === 0
}
