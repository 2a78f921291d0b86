import { fstatSync, openSync, statSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// On a well-known symbol: two copies of this package in one process know each other's.
const KEPT = Symbol.for('@persist/store-lmdb/reading-descriptors@1')
const shared = globalThis as { [KEPT]?: Set<number> }
shared[KEPT] ??= new Set()
const kept = shared[KEPT]

/** The descriptors of lock files that were opened for reading, and stay open. */
export function readingDescriptors(): ReadonlySet<number> {
  return kept
}

/**
 * A descriptor for reading a lock file before LMDB opens it. It stays open as long as the process, one for each file: to
 * close it would end what LMDB has locked by then with its own (POSIX, fcntl). Not in a worker thread, whose descriptors
 * Node closes when it ends.
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
