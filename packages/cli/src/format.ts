const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
const TIMES = [
  ['y', 365.25 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `1234567` as `1,234,567`. */
export function count(number: number): string {
  return number.toLocaleString('en-US')
}

/** `1 entry`, `2 entries`. */
export function entries(number: number): string {
  return `${count(number)} ${number === 1 ? 'entry' : 'entries'}`
}

/** `1 function`, `2 functions`. */
export function functions(number: number): string {
  return `${count(number)} ${number === 1 ? 'function' : 'functions'}`
}

/** `1536` as `1.5 kB`: steps of 1,000. */
export function bytes(number: number): string {
  let size = number
  let unit = 0
  for (; size >= 999.5 && unit < UNITS.length - 1; unit++) size /= 1000
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`
}

/** Milliseconds as `950 ms`, `1.5 s`, `3 d`. */
export function duration(ms: number): string {
  for (const [name, size] of TIMES) {
    if (ms < size * 0.9995) continue
    const times = ms / size
    return `${times >= 9.95 ? Math.round(times) : Number(times.toFixed(1))} ${name}`
  }
  return `${ms === 0 || ms >= 10 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`
}

/** A time relative to now: `3 d ago`, `in 3 d`. */
export function ago(time: number, now: number): string {
  const ms = now - time
  if (Math.abs(ms) < 1000) return 'now'
  return ms > 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`
}

/** A time in ISO format: `2026-11-24T12:00:00.000Z`. */
export function moment(time: number): string {
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time)
}
