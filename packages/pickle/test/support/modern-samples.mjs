// A value of each type that only some runtimes have: Temporal (Node 26, Bun, Deno) and Float16Array (Node 24, too).
// This is plain JavaScript, so that child processes of any runtime can load it, also without the types.

const { Temporal } = globalThis

export const MODERN = {
  'Temporal.Instant': () => Temporal.Instant.from('2024-02-29T12:30:15.123456789Z'),
  'Temporal.Instant: before 1970': () => Temporal.Instant.from('1883-11-18T16:59:59.999999999Z'),
  'Temporal.PlainDate': () => Temporal.PlainDate.from('2024-02-29'),
  'Temporal.PlainDate: another calendar': () => Temporal.PlainDate.from('2024-02-29[u-ca=hebrew]'),
  'Temporal.PlainDate: the first': () => new Temporal.PlainDate(-271821, 4, 19),
  'Temporal.PlainTime': () => new Temporal.PlainTime(1, 2, 3, 4, 5, 6),
  'Temporal.PlainTime: midnight': () => new Temporal.PlainTime(),
  'Temporal.PlainDateTime': () => Temporal.PlainDateTime.from('2024-02-29T01:02:03.000000001[u-ca=japanese]'),
  'Temporal.PlainYearMonth': () => new Temporal.PlainYearMonth(2024, 2),
  'Temporal.PlainYearMonth: with another day of reference': () => new Temporal.PlainYearMonth(2024, 2, 'iso8601', 15),
  'Temporal.PlainYearMonth: another calendar': () =>
    Temporal.PlainYearMonth.from({ year: 5784, monthCode: 'M05L', calendar: 'hebrew' }),
  'Temporal.PlainMonthDay': () => new Temporal.PlainMonthDay(2, 29),
  'Temporal.PlainMonthDay: with another year of reference': () => new Temporal.PlainMonthDay(2, 28, 'iso8601', 2023),
  'Temporal.PlainMonthDay: another calendar': () =>
    Temporal.PlainMonthDay.from({ monthCode: 'M05L', day: 1, calendar: 'hebrew' }),
  'Temporal.ZonedDateTime': () => Temporal.ZonedDateTime.from('2024-11-03T01:30:00-05:00[America/New_York]'),
  'Temporal.ZonedDateTime: an hour before, on the same clock': () =>
    Temporal.ZonedDateTime.from('2024-11-03T01:30:00-04:00[America/New_York]'),
  'Temporal.ZonedDateTime: an offset with seconds': () =>
    new Temporal.ZonedDateTime(-3_000_000_000_000_000_001n, 'America/New_York'),
  'Temporal.ZonedDateTime: another calendar': () => new Temporal.ZonedDateTime(0n, 'Asia/Tokyo', 'japanese'),
  'Temporal.ZonedDateTime: an offset as zone': () => new Temporal.ZonedDateTime(0n, '+05:30'),
  'Temporal.Duration': () => Temporal.Duration.from({ years: 1, days: -0, hours: 36 }),
  'Temporal.Duration: 1,000 milliseconds': () => Temporal.Duration.from({ milliseconds: 1_000 }),
  'Temporal.Duration: a second': () => Temporal.Duration.from({ seconds: 1 }),
  'Temporal.Duration: negative': () => Temporal.Duration.from({ years: -1, nanoseconds: -5 }),
  'Temporal.Duration: none': () => new Temporal.Duration(),
  Float16Array: () => new globalThis.Float16Array([1.5, -0, Number.NaN, 65504]),
  'Float16Array: empty': () => new globalThis.Float16Array(0),
}

/** Whether this runtime has the type of a sample. */
export function isHere(name) {
  return name.startsWith('Temporal') ? Temporal !== undefined : globalThis.Float16Array !== undefined
}

/** All observable facts of a value, as a string. */
export function facts(value) {
  const fields = {}
  for (let link = Object.getPrototypeOf(value); link !== Object.prototype; link = Object.getPrototypeOf(link)) {
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(link))) {
      if (get !== undefined && key !== 'buffer') fields[key] ??= String(get.call(value))
    }
  }
  const isView = ArrayBuffer.isView(value)
  const printed = isView
    ? ''
    : value.toString(value.withCalendar || value.toPlainDate ? { calendarName: 'always' } : {})
  const bytes = isView ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') : ''
  return JSON.stringify([Object.prototype.toString.call(value), printed, bytes, fields])
}
