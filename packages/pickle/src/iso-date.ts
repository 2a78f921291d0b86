const DAY = 86_400_000
const ZERO = 48
const [DASH, COLON, DOT, T, Z] = [45, 58, 46, 84, 90]
const LAST = 253_402_300_799_999
const toIsoString = Date.prototype.toISOString

/**
 * What `toISOString` returns, in a third of the time for the years from 1970 to 9999. The year, month and day come from the
 * days since 1970 by the algorithm of https://howardhinnant.github.io/date_algorithms.html#civil_from_days. Throws for a time
 * that is no date.
 */
export function isoDate(time: number): string {
  if (!(time >= 0 && time <= LAST)) return toIsoString.call(new Date(time))
  const days = Math.floor(time / DAY)
  const rest = time - days * DAY
  // Eras of 400 years begin on 1 March of the year 0.
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const hour = Math.floor(rest / 3_600_000)
  const minute = Math.floor(rest / 60_000) % 60
  const second = Math.floor(rest / 1000) % 60
  const milli = rest % 1000
  const digit = (number: number, unit: number) => ZERO + (Math.floor(number / unit) % 10)
  return String.fromCharCode(
    digit(year, 1000),
    digit(year, 100),
    digit(year, 10),
    digit(year, 1),
    DASH,
    digit(month, 10),
    digit(month, 1),
    DASH,
    digit(day, 10),
    digit(day, 1),
    T,
    digit(hour, 10),
    digit(hour, 1),
    COLON,
    digit(minute, 10),
    digit(minute, 1),
    COLON,
    digit(second, 10),
    digit(second, 1),
    DOT,
    digit(milli, 100),
    digit(milli, 10),
    digit(milli, 1),
    Z,
  )
}
