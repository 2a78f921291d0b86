import { PickleError } from '@persist/errors'
import type { Snapshot } from './snapshot.ts'

/**
 * Refuses an object of a user's type that leads back to itself. A type needs its whole payload before it can make the
 * value, so such an object could not be read back.
 */
export function refuseCustomCycle({ value, shared, custom }: Snapshot): void {
  if (custom.size === 0 || shared.size === 0) return
  if (isOnCycle(value, custom))
    throw new PickleError('an object of a type of your own that leads back to itself cannot be stored', '$')
}

/**
 * Whether one of `custom` is on a cycle: it shares a strongly connected component, or is its own member. Linear time, by
 * Tarjan's algorithm (https://doi.org/10.1137/0201010).
 */
function isOnCycle(root: unknown, custom: ReadonlySet<object>): boolean {
  const order = new Map<object, number>()
  const open: object[] = []
  const isOpen = new Set<object>()
  let found = false

  function visit(node: object): number {
    const mine = order.size
    order.set(node, mine)
    let lowest = mine
    open.push(node)
    isOpen.add(node)
    for (const member of members(node)) {
      if (typeof member !== 'object' || member === null) continue
      if (member === node && custom.has(node)) found = true
      if (!order.has(member)) lowest = Math.min(lowest, visit(member))
      else if (isOpen.has(member)) lowest = Math.min(lowest, order.get(member) as number)
    }
    if (lowest === mine) close(node)
    return lowest
  }

  function close(node: object): void {
    const component = open.splice(open.lastIndexOf(node))
    for (const member of component) {
      isOpen.delete(member)
      if (component.length > 1 && custom.has(member)) found = true
    }
  }

  if (typeof root === 'object' && root !== null) visit(root)
  return found
}

function* members(node: object): Iterable<unknown> {
  if (node instanceof Map) {
    for (const [key, value] of node) yield* [key, value]
  } else if (node instanceof Set) yield* node
  else if (Array.isArray(node) || Object.getPrototypeOf(node) === Object.prototype) yield* Object.values(node)
}
