import { OptionError } from '@persist/errors'
import { readTime } from './ms-lazily.ts'

/** The longest string that is read as a time. */
const LONGEST_TEXT = 100

/**
 * Milliseconds from a number of them or a string like `'30s'`, `'10m'`, `'7d'`. `Infinity` is allowed: forever.
 *
 * @throws OptionError for anything that is not a positive time.
 */
export function milliseconds(duration: unknown, option: string): number {
  const ms = typeof duration === 'string' ? fromText(duration) : duration
  if (typeof ms !== 'number' || Number.isNaN(ms) || ms <= 0) {
    const hint = durationHint(duration)
    throw new OptionError(
      `${option} must be a positive number of milliseconds or a string like '30s' or '7d', not ${describe(duration)}${hint === undefined ? '' : `: ${hint}`}`,
      { option },
    )
  }
  return ms
}

/** Whether {@link milliseconds} would take it. */
export function isDuration(value: unknown): boolean {
  const ms = typeof value === 'string' ? fromText(value) : value
  return typeof ms === 'number' && ms > 0
}

/** How to write what was probably meant. */
export function durationHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\s*[\d.]+\s*$/.test(value))
    return `it names no unit; write ${value.trim()}s, or Number('${value.trim()}') for milliseconds`
  if (/\d\s*M$/.test(value)) return "m is a minute; write a month as '30d'"
  return undefined
}

function fromText(text: string): number | undefined {
  if (text.length > LONGEST_TEXT || !/\d\s*[a-z]+$/.test(text.trim())) return undefined
  return readTime()(text.trim())
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
