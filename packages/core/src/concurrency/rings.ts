import { soon } from '@persist/platform'
import { currentFlight, type Flight, type Join } from './flight.ts'
import { admitStuck } from './stuck-limits.ts'

/** The result of a wait that was part of a ring. */
export const RING: unique symbol = Symbol('ring')

let unchecked: Join[] = []

/**
 * Waits for another flight. Resolves with {@link RING} if the wait would never end, because the other flight waits for the
 * waiting one, directly or through others.
 */
export function join<T>(target: Flight, result: PromiseLike<T>, from = currentFlight()): Promise<T | typeof RING> {
  // A wait outside of flights cannot be part of a ring.
  if (from === undefined) return Promise.resolve(result)
  return new Promise((resolve, reject) => {
    const wait: Join = { from, target, breakRing: () => settle(() => resolve(RING)) }
    const settle = (act: () => void) => {
      from.joins!.delete(wait)
      target.joinedBy!.delete(wait)
      act()
    }
    from.joins ??= new Set()
    from.joins.add(wait)
    target.joinedBy ??= new Set()
    target.joinedBy.add(wait)
    result.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    )
    if (unchecked.push(wait) === 1) soon(check)
  })
}

/**
 * Only the last wait of a ring closes it. So one check covers all waits that began in one iteration of the event loop, in
 * time proportional to the flights and waits.
 */
function check(): void {
  breakRings()
  admitStuck()
}

function breakRings(): void {
  let joins = unchecked
  unchecked = []
  for (;;) {
    joins = joins.filter((wait) => wait.from.joins!.has(wait))
    if (joins.length === 0) return
    const ringOf = rings(joins)
    const closing = joins.findLast(({ from, target }) => ringOf.get(from) === ringOf.get(target))
    if (closing === undefined) return
    closing.breakRing()
  }
}

/**
 * Numbers the strongly connected components of the graph "waits for". A flight counts as waiting for the flights that its
 * function started. R. Tarjan, "Depth-first search and linear graph algorithms", 1972, without recursion.
 */
function rings(joins: readonly Join[]): Map<Flight, number> {
  const order = new Map<Flight, number>()
  const low = new Map<Flight, number>()
  const component = new Map<Flight, number>()
  const open: Flight[] = []
  for (const { from } of joins) {
    if (order.has(from)) continue
    const path = [visit(from)]
    while (path.length > 0) {
      const { flight, ahead } = path.at(-1)!
      const next = ahead.next()
      if (!next.done) {
        if (!order.has(next.value)) path.push(visit(next.value))
        else if (!component.has(next.value)) lower(flight, order.get(next.value)!)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.flight, low.get(flight)!)
      if (low.get(flight) === order.get(flight)) close(flight)
    }
  }
  return component

  function visit(flight: Flight) {
    order.set(flight, order.size)
    low.set(flight, order.get(flight)!)
    open.push(flight)
    return { flight, ahead: waitsFor(flight) }
  }

  function lower(flight: Flight, to: number): void {
    if (to < low.get(flight)!) low.set(flight, to)
  }

  function close(first: Flight): void {
    for (let flight = open.pop(); flight !== undefined; flight = open.pop()) {
      component.set(flight, order.get(first)!)
      if (flight === first) return
    }
  }
}

function* waitsFor(flight: Flight): Generator<Flight> {
  for (const child of flight.children ?? []) yield child
  for (const { target } of flight.joins ?? []) yield target
}
