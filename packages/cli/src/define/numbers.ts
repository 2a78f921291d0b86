import { InvalidArgumentError } from 'commander'

const TIMES: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}
const SIZES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }
const HIGHEST_PORT = 65_535
const LONGEST_WAIT_MS = 20 * 86_400_000

/** A whole number, also with underscores: `1_000_000`. */
export function wholeNumber(text: string): number {
  const number = Number(text.replaceAll('_', ''))
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < 0) {
    throw new InvalidArgumentError('It must be a whole number.')
  }
  return number
}

/** A port. */
export function portNumber(text: string): number {
  const port = wholeNumber(text)
  if (port > HIGHEST_PORT) throw new InvalidArgumentError(`The highest port is ${HIGHEST_PORT}.`)
  return port
}

/** A time with its unit: `30s`, `10min`, `7d`. A number alone is ambiguous, except `0`. */
export function timeSpan(text: string): number {
  if (text.trim() === '0') return 0
  return measured(text, TIMES, '', 'It must be a time with its unit, such as 500ms, 30s, 10min, 12h, 7d or 2w.')
}

/** A time to wait. No timer can wait longer than 24 days. */
export function waitTime(text: string): number {
  const ms = timeSpan(text)
  if (ms < 1 || ms > LONGEST_WAIT_MS) throw new InvalidArgumentError('It must be from 1ms to 20d.')
  return ms
}

/** A size such as `500MB`, in steps of 1,000. A number alone means bytes. */
export function byteCount(text: string): number {
  return Math.floor(measured(text, SIZES, 'B', 'It must be a size, such as 5000, 500kB, 20MB or 1.5GB.'))
}

function measured(text: string, units: Readonly<Record<string, number>>, plain: string, refusal: string): number {
  const [, number = '', unit = ''] = /^(\d[\d_]*(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(text.trim()) ?? []
  const size = Object.hasOwn(units, unit || plain) ? units[unit || plain] : undefined
  if (number === '' || size === undefined) throw new InvalidArgumentError(refusal)
  return Number(number.replaceAll('_', '')) * size
}
