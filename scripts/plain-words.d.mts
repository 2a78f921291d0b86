export interface FoundWord {
  readonly word: string
  /** What to write instead. */
  readonly use: string
  /** From 1. */
  readonly line: number
}

export const WORDS: readonly (readonly [word: RegExp, use: string])[]
export const ALLOWED: readonly string[]
export const NOT_YET_CLEAN: readonly string[]
export function findWords(text: string): FoundWord[]
