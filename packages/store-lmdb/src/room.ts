import { statfsSync } from 'node:fs'
import type { Databases } from './environment.ts'

/** The most that the change of a small record makes LMDB write. */
export const PAGE_BYTES = 4096
/** The same of the removal of an entry, which is in two databases. */
export const REMOVAL_BYTES = 2 * PAGE_BYTES

/** Throws `ENOSPC` if the file system of a folder has fewer free bytes than that. */
export function checkRoom(dir: string, bytes: number): void {
  const free = freeBytes(dir)
  if (free >= bytes) return
  throw Object.assign(new Error(`ENOSPC: ${free} bytes are free for ${dir}, and LMDB may need ${bytes}`), {
    code: 'ENOSPC',
  })
}

/** `Infinity`: the runtime or the file system does not say, such as a `tmpfs` without a limit. */
function freeBytes(dir: string): number {
  try {
    const { bsize, blocks, bfree, bavail } = statfsSync(dir)
    if (blocks === 0) return Number.POSITIVE_INFINITY
    return bsize * (process.getuid?.() === 0 ? bfree : bavail)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

interface Tree {
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

/** LMDB's own: the two meta pages. */
const META_PAGES = 2

/**
 * How many pages of the file are in no database; 0 if a reader, of any process, sees an older state of the file: its pages cannot
 * be used again.
 */
export function freePages({ root, ...databases }: Databases): number {
  root.resetReadTxn()
  const about = root.getStats() as Tree & { lastPageNumber: number; lastTxnId: number; root: Tree; free: Tree }
  const readers = root.readerList().matchAll(/^ *\d+ +[\da-f]+ +(\d+)$/gm)
  if ([...readers].some(([, seen]) => Number(seen) < about.lastTxnId)) return 0
  const trees = [about.root, about.free, ...Object.values(databases).map((database) => database.getStats() as Tree)]
  const used = trees.map((tree) => tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages)
  return used.reduce((free, pages) => free - pages, about.lastPageNumber + 1 - META_PAGES)
}
