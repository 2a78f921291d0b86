import fc from 'fast-check'
import { type ChosenCommand, COMMANDS } from './commands.ts'
import { EXAMS, type Exam } from './exams.ts'
import { PLACES, type Place } from './ledger.ts'

const METHODS = [
  'call',
  'call',
  'call',
  'call',
  'failing',
  'refresh',
  'peek',
  'forget',
  'put',
  'untag',
  'clear',
] as const

/** The next step. Steps between two `settle` run at the same time. */
export type Step =
  | { readonly do: 'use'; readonly method: (typeof METHODS)[number]; readonly place: Place; readonly process: number }
  | ({ readonly do: 'command' } & ChosenCommand)
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'settle' }
  | { readonly do: 'exam'; readonly exam: Exam; readonly place: Place; readonly form: number }

/** The conditions of the steps. */
export interface World {
  readonly processes: 1 | 2
  /** The store of the functions is async. */
  readonly isAsync: boolean
  readonly other: 'file' | 'lmdb'
  /** How many turns of the event loop the functions take, one run after the other. At least one: then a result is stored at once. */
  readonly turns: readonly number[]
}

// Shown by their names if fast-check prints a failing sequence.
const place: fc.Arbitrary<Place> = fc.constantFrom(
  ...PLACES.map((one) => ({ ...one, [fc.toStringMethod]: () => `'${one.subject.funcname} ${one.id}'` })),
)
const form = fc.nat(11)
const steps = {
  use: fc.record({
    do: fc.constant('use' as const),
    method: fc.constantFrom(...METHODS),
    place,
    process: fc.integer({ min: 0, max: 1 }),
  }),
  command: fc.record({
    do: fc.constant('command' as const),
    command: fc.constantFrom(...COMMANDS),
    place,
    form,
    json: fc.boolean(),
    slow: fc.boolean(),
  }),
  wait: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 600, 1_500, 1_500, 3_000, 10_000) }),
  turns: fc.record({ do: fc.constant('turns' as const), count: fc.nat(20) }),
  settle: fc.constant({ do: 'settle' as const }),
  exam: fc.record({ do: fc.constant('exam' as const), exam: fc.constantFrom(...EXAMS), place, form }),
}

/** Steps with this share of each kind. */
export function stepsOf(weights: Readonly<Record<keyof typeof steps, number>>): fc.Arbitrary<Step> {
  const kinds = Object.keys(steps) as (keyof typeof steps)[]
  return fc.oneof(...kinds.map((kind) => ({ weight: weights[kind], arbitrary: steps[kind] as fc.Arbitrary<Step> })))
}

export const world: fc.Arbitrary<World> = fc.record({
  processes: fc.constantFrom(1, 2),
  isAsync: fc.boolean(),
  other: fc.constantFrom('file', 'file', 'lmdb'),
  turns: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
})
