import type { Peer } from './peer.ts'

/** Loaders of the peers. Each process loads only its own peer. */
export const PEERS = {
  'persist-disk': () => import('./persist-disk.ts'),
  'persist-memory': () => import('./persist-memory.ts'),
  'persist-lmdb': () => import('./persist-lmdb.ts'),
  'p-memoize': () => import('./p-memoize.ts'),
  'memoize-fs': () => import('./memoize-fs.ts'),
  'file-system-cache': () => import('./file-system-cache.ts'),
  cacache: () => import('./cacache.ts'),
  bentocache: () => import('./bentocache.ts'),
  ocache: () => import('./ocache.ts'),
  cacheable: () => import('./cacheable.ts'),
  'flat-cache': () => import('./flat-cache.ts'),
  lmdb: () => import('./lmdb.ts'),
  files: () => import('./files.ts'),
} satisfies Record<string, () => Promise<{ readonly peer: Peer }>>

export type PeerId = keyof typeof PEERS
