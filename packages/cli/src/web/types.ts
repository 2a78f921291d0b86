import type { Summary } from '../summary.ts'

// The messages between the page and its server.

/** A function with the numbers of its charts. */
export interface FunctionShape extends Summary {
  /** The number of entries in each span of {@link AGE_SPANS}, by the time since they were written. */
  readonly ages: readonly number[]
  /** The number of entries in each class of {@link SIZE_CLASSES}. */
  readonly sizes: readonly number[]
  /** Entries that the store reported as damaged. */
  readonly damaged: number
}

/** `GET /api/overview`, and each event of `GET /api/events`. */
export interface Overview {
  readonly store: string
  /** Whether nothing can be deleted. */
  readonly readonly: boolean
  readonly functions: readonly FunctionShape[]
}

/** One line of the table of entries. */
export interface Row {
  readonly hash: string
  readonly createdAt: number
  readonly bytes: number
  readonly expiresAt?: number
  readonly durationMs?: number
  readonly version?: string
  readonly tags?: readonly string[]
  /** The beginning of the key, as a string. */
  readonly key?: string
}

export type Order = 'createdAt' | 'bytes' | 'durationMs' | 'hash' | 'key'

/** `GET /api/entries` */
export interface Rows {
  /** The number of rows that match the search. */
  readonly total: number
  /** Whether the function has more entries than the rows that are kept. */
  readonly cut: boolean
  readonly rows: readonly Row[]
}

/** `GET /api/entry` */
export interface EntryShape extends Row {
  readonly funcname: string
  readonly metadata?: string
  readonly promised?: boolean
  readonly keyTree?: TreeNode
  readonly valueTree: TreeNode
  /** The reason why the value is shown as it is stored. */
  readonly unread?: string
}

/** A part of a value as strings, without code or markup. */
export type TreeNode = Leaf | Branch

export interface Leaf {
  readonly type: string
  readonly text: string
  /** The number of letters that were left out. */
  readonly more?: number
}

export interface Branch {
  readonly type: string
  readonly size: number
  readonly parts: readonly (readonly [label: string, part: TreeNode])[]
  /** The number of parts that were left out. */
  readonly more?: number
}

export const AGE_SPANS = [
  { name: '1 min', ms: 60_000 },
  { name: '10 min', ms: 600_000 },
  { name: '1 h', ms: 3_600_000 },
  { name: '6 h', ms: 6 * 3_600_000 },
  { name: '1 d', ms: 86_400_000 },
  { name: '1 w', ms: 7 * 86_400_000 },
  { name: '1 mo', ms: 30 * 86_400_000 },
  { name: 'older', ms: Number.POSITIVE_INFINITY },
] as const

export const SIZE_CLASSES = [
  { name: '< 100 B', bytes: 100 },
  { name: '1 kB', bytes: 1000 },
  { name: '10 kB', bytes: 10_000 },
  { name: '100 kB', bytes: 100_000 },
  { name: '1 MB', bytes: 1_000_000 },
  { name: '10 MB', bytes: 10_000_000 },
  { name: 'more', bytes: Number.POSITIVE_INFINITY },
] as const
