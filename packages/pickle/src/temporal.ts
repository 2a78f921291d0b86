import { isBare, type Leaf } from './leaf.ts'
import { makeHome } from './realm.ts'
import { Tagged } from './tagged.ts'

/** A value of `Temporal`, as far as it is read here. */
interface TemporalValue {
  toString(options?: { readonly calendarName: 'always' }): string
}

type TemporalClass = {
  new (...parts: never[]): TemporalValue
  from(text: string): TemporalValue
  readonly prototype: TemporalValue
}

/** How the values of one class are written and made. */
interface Form {
  write(value: TemporalValue, type: TemporalClass): unknown
  make(payload: never, type: TemporalClass): TemporalValue
}

const AS_TEXT: Form = {
  write: (value, type) => type.prototype.toString.call(value),
  make: (text: string, type) => type.from(text),
}

const ISO_DATE = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)\[u-ca=([\w-]+)\]$/

/** The text keeps the day or year of reference, and `from` would put a usual one in its place. */
function withReference(make: (year: number, month: number, day: number, calendar: string) => number[]): Form {
  return {
    write: (value, type) => type.prototype.toString.call(value, { calendarName: 'always' }),
    make(text: string, type) {
      const [, year, month, day, calendar] = ISO_DATE.exec(text) as unknown as [string, string, string, string, string]
      return Reflect.construct(type, make(Number(year), Number(month), Number(day), calendar))
    },
  }
}

const DURATION_PARTS = [
  'years',
  'months',
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
]

const FORMS: Readonly<Record<string, Form>> = {
  Instant: AS_TEXT,
  PlainDate: AS_TEXT,
  PlainTime: AS_TEXT,
  PlainDateTime: AS_TEXT,
  PlainYearMonth: withReference((year, month, day, calendar) => [year, month, calendar as never, day]),
  PlainMonthDay: withReference((year, month, day, calendar) => [month, day, calendar as never, year]),
  // Its text has the offset in minutes, which older offsets do not have.
  ZonedDateTime: {
    write(value) {
      const { epochNanoseconds, timeZoneId, calendarId } = value as unknown as Record<string, unknown>
      return [String(epochNanoseconds), timeZoneId, calendarId]
    },
    make: ([nanoseconds, zone, calendar]: readonly string[], type) =>
      Reflect.construct(type, [BigInt(nanoseconds as string), zone, calendar]),
  },
  // Its text would turn 1,000 milliseconds into a second.
  Duration: {
    write: (value) => DURATION_PARTS.map((part) => (value as unknown as Record<string, unknown>)[part]),
    make: (parts: readonly number[], type) => Reflect.construct(type, parts),
  },
}

const here = (globalThis as { Temporal?: Readonly<Record<string, TemporalClass | undefined>> }).Temporal

/** The types of `Temporal` (https://tc39.es/proposal-temporal), which Node 26, Bun and Deno have. */
export const TEMPORAL: readonly Leaf[] = Object.entries(FORMS).map(([name, form]) =>
  temporalLeaf(name, form, here?.[name]),
)

function temporalLeaf(shortName: string, { write, make }: Form, type: TemporalClass | undefined): Leaf {
  const name = `Temporal.${shortName}`
  if (type !== undefined) makeHome(shortName, type.prototype)
  return {
    name,
    prototype: type?.prototype,
    lower(value) {
      // Throws for a forged one.
      type!.prototype.toString.call(value)
      return isBare(value) ? new Tagged(name, write(value as TemporalValue, type!)) : undefined
    },
    raise(payload) {
      if (type === undefined) throw new TypeError(`this runtime has no ${name}`)
      const value = make(payload as never, type)
      // Whatever else the text could be read as, it was never written.
      if (JSON.stringify(write(value, type)) !== JSON.stringify(payload)) throw new TypeError(`not written by ${name}`)
      return value
    },
  }
}
