import type { ResolvedOptions } from '../resolved-options.ts'
import { unlinkIfThere } from './removal.ts'

/** How many tokens are remembered that could not be removed. */
const MOST_LEFT = 10_000

/** The tokens of this process that it does not use any more, and that are still there. */
const left = new Set<string>()

/**
 * Removes a token of one's own. One that cannot be removed now holds nothing either: without this note its own process would
 * wait for it, since it looks alive.
 */
export function dropToken(options: ResolvedOptions, path: string): void {
  try {
    unlinkIfThere(options, path)
    left.delete(path)
  } catch (error) {
    if (left.size >= MOST_LEFT) left.clear()
    left.add(path)
    throw error
  }
}

/** As {@link dropToken}, without its errors. */
export function dropTokenQuietly(options: ResolvedOptions, path: string): void {
  try {
    dropToken(options, path)
  } catch {}
}

/** Whether a token of this process was given up, and could not be removed. */
export function isDropped(path: string): boolean {
  return left.size > 0 && left.has(path)
}
