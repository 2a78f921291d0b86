import { levenshtein } from './levenshtein-lazily.ts'

/** So much of a word may stand for the whole: `name` for `funcname`. */
const SHORTEST_PART = 4
/** A word this many times longer than its distance from another still reads as a misspelling of it. */
const LENGTH_PER_MISTAKE = 2

/**
 * The known word that was probably meant, for a message: the one with the fewest letters to change; `undefined` if none
 * is like it.
 *
 * @example
 * ```ts
 * nearest('mongo', ['file', 'mongodb'])   // 'mongodb'
 * ```
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const asked = word.toLowerCase()
  const { distance } = levenshtein()
  const part = asked.length < SHORTEST_PART ? undefined : known.find((one) => one.toLowerCase().includes(asked))
  const scored = known.map((candidate) => ({ candidate, mistakes: distance(asked, candidate.toLowerCase()) }))
  const best = scored.reduce((a, b) => (b.mistakes < a.mistakes ? b : a))
  return best.mistakes * LENGTH_PER_MISTAKE <= Math.min(asked.length, best.candidate.length) ? best.candidate : part
}
