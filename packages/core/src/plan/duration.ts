import { OptionError } from '@persist/errors'
import { readTime } from './ms-lazily.ts'

/**
 * Milliseconds from a number of them or a text like `'30s'`, `'10m'`, `'7d'`. `Infinity` is allowed: for ever.
 *
 * @throws OptionError for anything that is not a positive time.
 */
export function milliseconds(duration: unknown, option: string): number {
  const ms = typeof duration === 'string' ? fromText(duration) : duration
  if (typeof ms !== 'number' || Number.isNaN(ms) || ms <= 0) {
    throw new OptionError(
      `${option} must be a positive number of milliseconds or a text like '30s' or '7d', not ${describe(duration)}`,
      { option },
    )
  }
  return ms
}

function fromText(text: string): number | undefined {
  return text.length > 0 && text.length <= 100 ? readTime()(text) : undefined
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
