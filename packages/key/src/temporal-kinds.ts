import { type Kind, kind } from './kind.ts'
import type { Walk } from './walk.ts'

type Parts = Readonly<Record<string, unknown>>

interface TemporalClass {
  readonly prototype: { toString(options?: { readonly calendarName: 'always' }): string }
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

const iso = (value: object, type: TemporalClass) => [type.prototype.toString.call(value)]
/** The string with the reference day or year, in which two unequal values may differ. */
const fullIso = (value: object, type: TemporalClass) => [
  type.prototype.toString.call(value, { calendarName: 'always' }),
]

/**
 * The parts that make up each value. The string of a Duration would equate 1,000 milliseconds with a second, and that of a
 * ZonedDateTime would drop the seconds of an old offset.
 */
const PARTS: Readonly<Record<string, (value: object, type: TemporalClass) => unknown[]>> = {
  Instant: iso,
  PlainDate: iso,
  PlainTime: iso,
  PlainDateTime: iso,
  PlainYearMonth: fullIso,
  PlainMonthDay: fullIso,
  ZonedDateTime(value) {
    const { epochNanoseconds, timeZoneId, calendarId } = value as Parts
    return [epochNanoseconds, timeZoneId, calendarId]
  },
  Duration: (value) => DURATION_PARTS.map((part) => (value as Parts)[part]),
}

const here = (globalThis as { Temporal?: Readonly<Record<string, TemporalClass | undefined>> }).Temporal

/** The kinds of `Temporal` (https://tc39.es/proposal-temporal) by name. Empty if the runtime has no Temporal. */
export const TEMPORAL_KINDS: ReadonlyMap<string, { readonly prototype: object; readonly kind: Kind<never> }> = new Map(
  Object.entries(PARTS).flatMap(([name, partsOf]) => {
    const type = here?.[name]
    return type === undefined ? [] : [[name, { prototype: type.prototype, kind: temporalKind(name, type, partsOf) }]]
  }),
)

function temporalKind(name: string, type: TemporalClass, partsOf: (typeof PARTS)[string]): Kind<never> {
  return kind<object>(
    `Temporal.${name}`,
    (object) => {
      try {
        type.prototype.toString.call(object)
        return true
      } catch {
        return false
      }
    },
    (value, walk: Walk) => walk.tagged(`Temporal.${name}`, ...partsOf(value, type)),
  )
}
