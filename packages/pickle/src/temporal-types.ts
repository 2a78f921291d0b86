import { type BuiltInType, isBare } from './built-in-type.ts'
import { registerPrototype } from './realm.ts'
import { Tagged } from './tagged.ts'

/** The part of a `Temporal` value that is used here. */
interface TemporalValue {
  toString(options?: { readonly calendarName: 'always' }): string
}

type TemporalClass = {
  new (...parts: never[]): TemporalValue
  from(iso: string): TemporalValue
  readonly prototype: TemporalValue
}

/** How values of one class become payloads and back. */
interface Form {
  write(value: TemporalValue, type: TemporalClass): unknown
  make(payload: never, type: TemporalClass): TemporalValue
}

const AS_STRING: Form = {
  write: (value, type) => type.prototype.toString.call(value),
  make: (iso: string, type) => type.from(iso),
}

const ISO_DATE = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)\[u-ca=([\w-]+)\]$/

/** The string keeps the reference day or year, which `from` would replace by the usual one. */
function withReference(make: (year: number, month: number, day: number, calendar: string) => number[]): Form {
  return {
    write: (value, type) => type.prototype.toString.call(value, { calendarName: 'always' }),
    make(iso: string, type) {
      const [, year, month, day, calendar] = ISO_DATE.exec(iso) as unknown as [string, string, string, string, string]
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
  Instant: AS_STRING,
  PlainDate: AS_STRING,
  PlainTime: AS_STRING,
  PlainDateTime: AS_STRING,
  PlainYearMonth: withReference((year, month, day, calendar) => [year, month, calendar as never, day]),
  PlainMonthDay: withReference((year, month, day, calendar) => [month, day, calendar as never, year]),
  // Its string gives the offset in minutes, but old offsets have seconds.
  ZonedDateTime: {
    write(value) {
      const { epochNanoseconds, timeZoneId, calendarId } = value as unknown as Record<string, unknown>
      return [String(epochNanoseconds), timeZoneId, calendarId]
    },
    make: ([nanoseconds, zone, calendar]: readonly string[], type) =>
      Reflect.construct(type, [BigInt(nanoseconds as string), zone, calendar]),
  },
  // Its string would turn 1,000 milliseconds into a second.
  Duration: {
    write: (value) => DURATION_PARTS.map((part) => (value as unknown as Record<string, unknown>)[part]),
    make: (parts: readonly number[], type) => Reflect.construct(type, parts),
  },
}

const here = (globalThis as { Temporal?: Readonly<Record<string, TemporalClass | undefined>> }).Temporal

/** The types of `Temporal` (https://tc39.es/proposal-temporal), which Node 26, Bun and Deno have. */
export const TEMPORAL_TYPES: readonly BuiltInType[] = Object.entries(FORMS).map(([name, form]) =>
  temporalType(name, form, here?.[name]),
)

function temporalType(shortName: string, { write, make }: Form, type: TemporalClass | undefined): BuiltInType {
  const name = `Temporal.${shortName}`
  if (type !== undefined) registerPrototype(shortName, type.prototype)
  return {
    name,
    prototype: type?.prototype,
    encode(value) {
      // This throws for a forged object.
      type!.prototype.toString.call(value)
      return isBare(value) ? new Tagged(name, write(value as TemporalValue, type!)) : undefined
    },
    revive(payload) {
      if (type === undefined) throw new TypeError(`this runtime has no ${name}`)
      const value = make(payload as never, type)
      // `from` accepts more strings than `write` makes.
      if (JSON.stringify(write(value, type)) !== JSON.stringify(payload)) throw new TypeError(`not written by ${name}`)
      return value
    },
  }
}
