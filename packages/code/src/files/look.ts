import type { Stamp } from './file-system.ts'
import type { StampTuple } from './stamps.ts'

/** How something was looked at: `stat` follows links, `lstat` does not. */
export type Way = 'stat' | 'lstat'
/** One observation: the stamp, or `null` where there was nothing; or where a path with links leads. */
export type Observation =
  | readonly [way: Way, path: string, tuple: StampTuple | null]
  | readonly [way: 'realpath', path: string, real: string]

/** What was seen at a path. */
export interface Look {
  readonly observation: Observation
  /** Whether every later change gives another stamp. */
  readonly isTrusted: boolean
  /** The last search that it is part of. */
  search: number
}

export interface StampLook extends Look {
  readonly stamp: Stamp | undefined
}

/** What a value is made from. */
export interface Recorder {
  readonly looks: Set<Look>
  /** Whether another search would find the same value. */
  isKept: boolean
}
