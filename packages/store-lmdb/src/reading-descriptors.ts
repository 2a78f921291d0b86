import { fstatSync, openSync, statSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Two copies of this package in one process share the set through a registered symbol.
const KEPT = Symbol.for('@persist/store-lmdb/reading-descriptors@1')
const shared = globalThis as { [KEPT]?: Set<number> }
shared[KEPT] ??= new Set()
const kept = shared[KEPT]

/** The descriptors of the lock files that this package opened for reading. They stay open. */
export function readingDescriptors(): ReadonlySet<number> {
  return kept
}

/**
 * A descriptor for reading a lock file before LMDB opens it. The process keeps one for each file open until it ends:
 * closing one would release the locks that LMDB has taken with its own descriptor by then (POSIX, fcntl). `undefined` in a
 * worker thread, because Node closes its descriptors when the thread ends.
 */
export function readingDescriptor(path: string): number | undefined {
  if (!isMainThread) return undefined
  const { dev, ino } = statSync(path)
  for (const fd of kept) {
    const stat = fstatSync(fd)
    if (stat.dev === dev && stat.ino === ino) return fd
  }
  const fd = openSync(path, 'r')
  kept.add(fd)
  return fd
}
