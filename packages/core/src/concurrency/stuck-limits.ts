import type { Flight, RunLimit } from './flight.ts'

/**
 * Runs that hold the places of a limit may wait for runs that stand in line for one: a function that calls itself, or two
 * that call each other. Then the ones that are waited for go on beyond the limit, or all would wait forever.
 */

// On a well-known symbol: functions of two copies of core in one process may wait for each other.
const CROWDED = Symbol.for('@persist/core/crowded@1')
const shared = globalThis as { [CROWDED]?: Set<RunLimit> }
shared[CROWDED] ??= new Set()
/** The limits at which runs stand in line. */
const crowded = shared[CROWDED]

// Taken once: fake timers of a user's tests must not make a call wait.
const setImmediateAtStart = globalThis.setImmediate
let isPlanned = false

/** Looks once for all that happens in one turn of the event loop. */
export function checkSoon(limit: RunLimit): void {
  crowded.add(limit)
  if (isPlanned) return
  isPlanned = true
  setImmediateAtStart(() => {
    isPlanned = false
    admitStuck()
  })
}

/** No run stands in line there any more. */
export function leaveCrowd(limit: RunLimit): void {
  crowded.delete(limit)
}

/** Lets go on what others wait for, wherever nothing else can end. */
export function admitStuck(): void {
  for (;;) {
    if ([...crowded].every(hasFreeHolder)) return
    const moving = whatCanEnd()
    const stuck = [...crowded].filter((limit) => !moving.has(limit))
    const awaited = awaitedBy(stuck)
    const limit = stuck.find((one) => admitAwaited(one, awaited))
    if (limit === undefined) return
  }
}

/** The last ones first: a recursion then goes deep before it goes wide, and fewest runs are open at once. */
function admitAwaited(limit: RunLimit, awaited: ReadonlySet<Flight>): boolean {
  const chosen = [...limit.queue()].filter((flight) => awaited.has(flight)).slice(-limit.max)
  for (const flight of chosen) limit.admit(flight)
  return chosen.length > 0
}

/** A look that is quick and nearly always enough. */
function hasFreeHolder({ holders }: RunLimit): boolean {
  for (const flight of holders) if (next(flight).next().done) return true
  return holders.size === 0
}

/**
 * What ends by itself: a run that waits for nothing here, or only for what ends; and a limit of which one holder ends, since
 * then a place becomes free. In time proportional to the runs and waits.
 */
function whatCanEnd(): ReadonlySet<Flight | RunLimit> {
  const ends = new Set<Flight | RunLimit>()
  const left = new Map<Flight, number>()
  const dependents = new Map<Flight | RunLimit, (Flight | RunLimit)[]>()
  const ready: (Flight | RunLimit)[] = []
  const ahead: (Flight | RunLimit)[] = [...crowded]
  const seen = new Set<Flight | RunLimit>(ahead)
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    const needs = isLimit(node) ? [...node.holders] : [...next(node)]
    if (!isLimit(node)) left.set(node, needs.length)
    if (needs.length === 0) ready.push(node)
    for (const one of needs) {
      const those = dependents.get(one) ?? []
      those.push(node)
      dependents.set(one, those)
      if (!seen.has(one)) ahead.push(one)
      seen.add(one)
    }
  }
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    if (ends.has(node)) continue
    ends.add(node)
    for (const one of dependents.get(node) ?? []) {
      if (isLimit(one)) ready.push(one)
      else {
        const rest = left.get(one)! - 1
        left.set(one, rest)
        if (rest === 0) ready.push(one)
      }
    }
  }
  return ends
}

/** What the holders of these limits wait for, through any number of others. */
function awaitedBy(limits: readonly RunLimit[]): ReadonlySet<Flight> {
  const awaited = new Set<Flight>()
  const ahead = limits.flatMap(({ holders }) => [...holders])
  for (let flight = ahead.pop(); flight !== undefined; flight = ahead.pop()) {
    for (const one of next(flight)) {
      if (isLimit(one) || awaited.has(one)) continue
      awaited.add(one)
      ahead.push(one)
    }
  }
  return awaited
}

/** What a run waits for; it is taken to wait for all that began in its function. */
function* next(flight: Flight): Generator<Flight | RunLimit> {
  if (flight.queuedAt !== undefined) yield flight.queuedAt
  for (const child of flight.children ?? []) yield child
  for (const { target } of flight.joins ?? []) if (!target.ended) yield target
}

function isLimit(node: Flight | RunLimit): node is RunLimit {
  return 'holders' in node
}
