import { soon } from '@persist/platform'
import type { Flight, RunLimit } from './flight.ts'

/**
 * Runs that hold the slots of a limit may wait for runs that are queued for one: a function that calls itself, or two
 * functions that call each other. Then the awaited runs are admitted beyond the limit, or all would wait forever.
 */

// On a well-known symbol: functions of two copies of core in one process may wait for each other.
const WITH_QUEUES = Symbol.for('@persist/core/queued-limits@1')
const shared = globalThis as { [WITH_QUEUES]?: Set<RunLimit> }
shared[WITH_QUEUES] ??= new Set()
/** The limits with queued runs. */
const limitsWithQueue = shared[WITH_QUEUES]

let isPlanned = false

/** Plans one check for everything that happens in one iteration of the event loop. */
export function checkSoon(limit: RunLimit): void {
  limitsWithQueue.add(limit)
  if (isPlanned) return
  isPlanned = true
  soon(() => {
    isPlanned = false
    admitStuck()
  })
}

/** Removes a limit whose queue is empty. */
export function unregister(limit: RunLimit): void {
  limitsWithQueue.delete(limit)
}

/** Admits awaited runs at each limit where no run can end otherwise. */
export function admitStuck(): void {
  for (;;) {
    if ([...limitsWithQueue].every(hasFreeHolder)) return
    const ending = nodesThatCanEnd()
    const stuck = [...limitsWithQueue].filter((limit) => !ending.has(limit))
    const awaited = awaitedBy(stuck)
    const admitted = stuck.find((limit) => admitAwaited(limit, awaited))
    if (admitted === undefined) return
  }
}

/** Admits the last queued runs first: a recursion then goes deep before it goes wide, with the fewest open runs. */
function admitAwaited(limit: RunLimit, awaited: ReadonlySet<Flight>): boolean {
  const chosen = [...limit.queue()].filter((flight) => awaited.has(flight)).slice(-limit.max)
  for (const flight of chosen) limit.admit(flight)
  return chosen.length > 0
}

/** A quick check that nearly always suffices. */
function hasFreeHolder({ holders }: RunLimit): boolean {
  for (const flight of holders) if (next(flight).next().done) return true
  return holders.size === 0
}

/**
 * The runs and limits that can end by themselves. A run can if all nodes that it waits for can. A limit can if one of its
 * holders can, since that frees a slot. Takes time proportional to the runs and waits.
 */
function nodesThatCanEnd(): ReadonlySet<Flight | RunLimit> {
  const ends = new Set<Flight | RunLimit>()
  const left = new Map<Flight, number>()
  const dependents = new Map<Flight | RunLimit, (Flight | RunLimit)[]>()
  const ready: (Flight | RunLimit)[] = []
  const ahead: (Flight | RunLimit)[] = [...limitsWithQueue]
  const seen = new Set<Flight | RunLimit>(ahead)
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    const needs = isLimit(node) ? [...node.holders] : [...next(node)]
    if (!isLimit(node)) left.set(node, needs.length)
    if (needs.length === 0) ready.push(node)
    for (const need of needs) {
      const waiting = dependents.get(need) ?? []
      waiting.push(node)
      dependents.set(need, waiting)
      if (!seen.has(need)) ahead.push(need)
      seen.add(need)
    }
  }
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    if (ends.has(node)) continue
    ends.add(node)
    for (const dependent of dependents.get(node) ?? []) {
      if (isLimit(dependent)) ready.push(dependent)
      else {
        const rest = left.get(dependent)! - 1
        left.set(dependent, rest)
        if (rest === 0) ready.push(dependent)
      }
    }
  }
  return ends
}

/** The runs that the holders of these limits wait for, directly or through others. */
function awaitedBy(limits: readonly RunLimit[]): ReadonlySet<Flight> {
  const awaited = new Set<Flight>()
  const ahead = limits.flatMap(({ holders }) => [...holders])
  for (let flight = ahead.pop(); flight !== undefined; flight = ahead.pop()) {
    for (const node of next(flight)) {
      if (isLimit(node) || awaited.has(node)) continue
      awaited.add(node)
      ahead.push(node)
    }
  }
  return awaited
}

/** The nodes that a run waits for. A run counts as waiting for all runs that its function started. */
function* next(flight: Flight): Generator<Flight | RunLimit> {
  if (flight.queuedAt !== undefined) yield flight.queuedAt
  for (const child of flight.children ?? []) yield child
  for (const { target } of flight.joins ?? []) if (!target.ended) yield target
}

function isLimit(node: Flight | RunLimit): node is RunLimit {
  return 'holders' in node
}
