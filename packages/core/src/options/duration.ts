import { OptionError } from '@persist/errors'
import { durationParser } from './ms-lazily.ts'

/** The longest string that is parsed as a duration. */
const LONGEST_STRING = 100

/**
 * Converts a duration, a number of milliseconds or a string like `'30s'`, `'10m'`, `'7d'`, to milliseconds. `Infinity` is
 * allowed and means forever.
 *
 * @throws OptionError if it is no positive duration.
 */
export function milliseconds(duration: unknown, option: string): number {
  const ms = typeof duration === 'string' ? parseDuration(duration) : duration
  if (typeof ms !== 'number' || Number.isNaN(ms) || ms <= 0) {
    const hint = durationHint(duration)
    throw new OptionError(
      `${option} must be a positive number of milliseconds or a string like '30s' or '7d', not ${describe(duration)}${hint === undefined ? '' : `: ${hint}`}`,
      { option },
    )
  }
  return ms
}

/** Whether {@link milliseconds} accepts the value. */
export function isDuration(value: unknown): boolean {
  const ms = typeof value === 'string' ? parseDuration(value) : value
  return typeof ms === 'number' && ms > 0
}

/** Suggests how to write the duration that was probably meant. */
export function durationHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\s*[\d.]+\s*$/.test(value))
    return `it names no unit; write ${value.trim()}s, or Number('${value.trim()}') for milliseconds`
  if (/\d\s*M$/.test(value)) return "m is a minute; write a month as '30d'"
  return undefined
}

function parseDuration(text: string): number | undefined {
  if (text.length > LONGEST_STRING || !/\d\s*[a-z]+$/.test(text.trim())) return undefined
  return durationParser()(text.trim())
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
