/** What an entry was made from, and what has changed since. */
export interface MadeFrom {
  /** The names of what its version depends on. Absent: not recorded. */
  readonly parts?: readonly string[]
  /** What it has read and called, with `trace`, and what of that has changed. Absent: not recorded. */
  readonly inputs?: InputTree
  /** What differs in the current version; empty: it is the current one. Absent: not known. */
  readonly changed?: readonly string[]
}

/** The inputs of an entry. */
export interface InputTree {
  readonly shown: readonly InputNode[]
  /** How many were left out. */
  readonly more?: number
}

/** One input; for a call with the inputs of its own entry. */
export interface InputNode {
  readonly kind: string
  /** A path, a variable, the name of a function. */
  readonly name: string
  readonly state: InputState
  /** The entry of a call, if it is in this store. */
  readonly hash?: string
  readonly inputs?: InputTree
}

/** Whether an input is as it was read. `unknown`: only a program can verify it. */
export type InputState = 'unchanged' | 'changed' | 'unknown'
