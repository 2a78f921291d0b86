import type { ResolvedOptions } from '../resolved-options.ts'
import { unlinkIfThere } from './removal.ts'

/** How many tokens are remembered that could not be removed. */
const MOST_LEFT = 10_000
/**
 * The process tries again after a time that doubles from the first of these to the last, in milliseconds: other processes wait
 * for a token while its holder lives. Then it gives up, since on Windows each attempt may block the thread for a second.
 */
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 60_000

/** The tokens of this process that it does not use any more, and that are still there. */
const left = new Map<string, ResolvedOptions>()
let retryMs = FIRST_RETRY_MS
let willRetry = false

/**
 * Removes a token of one's own. One that cannot be removed now holds nothing either: without this note its own process would
 * wait for it, since it looks alive. Other processes wait until a later attempt removes it.
 */
export function dropToken(options: ResolvedOptions, path: string): void {
  try {
    unlinkIfThere(options, path)
    left.delete(path)
  } catch (error) {
    if (left.size >= MOST_LEFT) left.clear()
    left.set(path, options)
    if (!willRetry) retryIn(FIRST_RETRY_MS)
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

/** Keeps no process alive: the tokens of one that has ended hold nothing. */
function retryIn(ms: number): void {
  willRetry = true
  retryMs = ms
  setTimeout(retry, ms).unref()
}

function retry(): void {
  for (const [path, options] of left) dropTokenQuietly(options, path)
  willRetry = left.size > 0 && retryMs < LAST_RETRY_MS
  if (willRetry) retryIn(2 * retryMs)
}
