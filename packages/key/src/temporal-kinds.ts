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

const text = (value: object, type: TemporalClass) => [type.prototype.toString.call(value)]
/** With the day or year of reference, which two unequal values may differ in. */
const fullText = (value: object, type: TemporalClass) => [
  type.prototype.toString.call(value, { calendarName: 'always' }),
]

/** What makes each value. The text of a Duration would take 1,000 milliseconds for a second, and zones have old offsets with seconds. */
const PARTS: Readonly<Record<string, (value: object, type: TemporalClass) => unknown[]>> = {
  Instant: text,
  PlainDate: text,
  PlainTime: text,
  PlainDateTime: text,
  PlainYearMonth: fullText,
  PlainMonthDay: fullText,
  ZonedDateTime(value) {
    const { epochNanoseconds, timeZoneId, calendarId } = value as Parts
    return [epochNanoseconds, timeZoneId, calendarId]
  },
  Duration: (value) => DURATION_PARTS.map((part) => (value as Parts)[part]),
}

const here = (globalThis as { Temporal?: Readonly<Record<string, TemporalClass | undefined>> }).Temporal

/** The kinds of `Temporal` (https://tc39.es/proposal-temporal) by their prototypes; none where the runtime has no Temporal. */
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
