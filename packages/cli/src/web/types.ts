import type { MadeFrom } from '../entries/made-from.ts'
import type { Summary } from '../entries/summary.ts'

// The messages between the page and its server.

/** A function, with the data of its charts. */
export interface FunctionDetails extends Summary {
  /** How many entries there are of each age in {@link AGE_SPANS}. */
  readonly ages: readonly number[]
  /** How many entries there are of each size in {@link SIZE_CLASSES}. */
  readonly sizes: readonly number[]
  /** Entries that the store reported as damaged. */
  readonly damaged: number
}

/** `GET /api/overview` */
export interface Overview {
  readonly store: string
  /** Nothing can be deleted. */
  readonly readonly: boolean
  readonly functions: readonly FunctionDetails[]
}

/** How much of the store has been read so far. */
export interface Progress {
  readonly functions: number
  readonly entries: number
}

/** An event of `GET /api/events`. Progress is sent only until the first overview. */
export type LiveMessage = Overview | { readonly error: string } | { readonly progress: Progress }

/** One row of the table of entries. */
export interface Row {
  readonly hash: string
  readonly createdAt: number
  readonly bytes: number
  readonly expiresAt?: number
  readonly durationMs?: number
  readonly version?: string
  readonly tags?: readonly string[]
  /** The start of the key. */
  readonly key?: string
}

export type Order = 'createdAt' | 'bytes' | 'durationMs' | 'hash' | 'key'

/** `GET /api/entries` */
export interface Rows {
  /** How many match the search. */
  readonly total: number
  /** The function has more entries than are searched. */
  readonly cut: boolean
  readonly rows: readonly Row[]
}

/** `GET /api/entry` */
export interface EntryDetails extends Row {
  readonly funcname: string
  readonly metadata?: string
  readonly promised?: boolean
  /** How the payload is stored. */
  readonly codecs?: readonly string[]
  readonly keyTree?: TreeNode
  readonly valueTree: TreeNode
  /** The digest of the function's source. */
  readonly source?: string
  readonly madeFrom: MadeFrom
  /** The entry with the most similar arguments, where keys are stored. */
  readonly nearest?: { readonly hash: string; readonly createdAt: number; readonly differs: readonly string[] }
  /** Why the value is shown as stored. */
  readonly unread?: string
}

/** A part of a value, as strings only. */
export type TreeNode = Leaf | Branch

export interface Leaf {
  readonly type: string
  readonly text: string
  /** How many characters were left out. */
  readonly more?: number
}

export interface Branch {
  readonly type: string
  readonly size: number
  readonly parts: readonly (readonly [label: string, part: TreeNode])[]
  /** How many parts were left out. */
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
