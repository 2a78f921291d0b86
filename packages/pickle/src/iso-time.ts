const ZERO = 48
const [DASH, COLON, DOT, T, Z] = [45, 58, 46, 84, 90]
const LENGTH = '1970-01-01T00:00:00.000Z'.length

/**
 * The time of a date as `isoDate` returns it, faster than `new Date`. NaN for strings of which the engine knows more: the
 * years before 1970 and after 9999, the last days of a month, and what is no date.
 */
export function isoTime(iso: string): number {
  if (iso.length !== LENGTH || !hasMarks(iso)) return Number.NaN
  const year = pairAt(iso, 0) * 100 + pairAt(iso, 2)
  const [month, day] = [pairAt(iso, 5), pairAt(iso, 8)]
  const [hour, minute, second] = [pairAt(iso, 11), pairAt(iso, 14), pairAt(iso, 17)]
  const milli = pairAt(iso, 20) * 10 + digitAt(iso, 22)
  const isDate = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28
  const isTime = hour <= 23 && minute <= 59 && second <= 59 && milli <= 999
  return isDate && isTime ? Date.UTC(year, month - 1, day, hour, minute, second, milli) : Number.NaN
}

function hasMarks(iso: string): boolean {
  return (
    iso.charCodeAt(4) === DASH &&
    iso.charCodeAt(7) === DASH &&
    iso.charCodeAt(10) === T &&
    iso.charCodeAt(13) === COLON &&
    iso.charCodeAt(16) === COLON &&
    iso.charCodeAt(19) === DOT &&
    iso.charCodeAt(23) === Z
  )
}

function pairAt(iso: string, position: number): number {
  return digitAt(iso, position) * 10 + digitAt(iso, position + 1)
}

/** NaN for a letter that is no digit. */
function digitAt(iso: string, position: number): number {
  const digit = iso.charCodeAt(position) - ZERO
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}
