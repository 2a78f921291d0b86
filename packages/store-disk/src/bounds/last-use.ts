/** Clocks of two machines may differ by so much, in milliseconds. */
const SLACK_MS = 600_000
const LONG_AGO = 1e15

/**
 * When a file was used, for comparing. A time in the future shows that a clock was wrong, and nothing of the use: such
 * files count as unused for longest, so that what is stored now stays.
 */
export function lastUse(mtimeMs: number, now: number): number {
  return isToCome(mtimeMs, now) ? mtimeMs - LONG_AGO : mtimeMs
}

/** Whether a file's time is yet to come. */
export function isToCome(mtimeMs: number, now: number): boolean {
  return mtimeMs > now + SLACK_MS
}
