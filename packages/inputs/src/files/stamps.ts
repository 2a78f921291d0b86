import type { Stamp } from './file-system.ts'

/**
 * A file that changed less than this time before it was read may change again within one tick of the file system's clock,
 * with the same times and size. FAT has the longest tick, two seconds; the rest is for clocks of file servers.
 * The rule is that of git for its index: https://git-scm.com/docs/racy-git
 */
export const RACY_MS = 3_000

/** The stamp as a string without spaces. */
export function stampText({ size, mtimeMs, ctimeMs, ino }: Stamp): string {
  return `${size},${mtimeMs},${ctimeMs},${ino}`
}

/** Whether two stamps are equal, so that nothing has changed as far as they can say. */
export function areEqual(a: Stamp, b: Stamp): boolean {
  return a.ctimeMs === b.ctimeMs && a.mtimeMs === b.mtimeMs && a.size === b.size && a.ino === b.ino && a.kind === b.kind
}

/** Images of file systems, such as squashfs, may have whole seconds only, which their makers set to one time. */
const SECOND_MS = 1_000

/**
 * Whether another content may have the same stamp: after a later change, or in another image at the same place.
 *
 * @param at the time before the file was read, milliseconds since 1970.
 */
export function isRacy({ mtimeMs, ctimeMs }: Stamp, at: number): boolean {
  // Programs can set mtime, but not ctime.
  const changed = ctimeMs > 0 ? ctimeMs : mtimeMs
  return !(changed < at - RACY_MS) || changed % SECOND_MS === 0
}
