import { types } from 'node:util'
import { homeOf } from './realm.ts'

/** Turns what the realm around this one made into values of this realm, in place, at any depth. */
export function bringHome(root: unknown): unknown {
  const known = new Set<object>()
  const open: object[] = []

  function found(value: unknown): void {
    if (typeof value !== 'object' || value === null || known.has(value)) return
    known.add(value)
    open.push(value)
  }

  found(root)
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    const prototype = Object.getPrototypeOf(object)
    const home = homeOf(prototype)
    if (home !== prototype) Object.setPrototypeOf(object, home)
    if (ArrayBuffer.isView(object)) found(object.buffer)
    else if (types.isMap(object)) {
      for (const [key, value] of object) {
        found(key)
        found(value)
      }
    } else if (types.isSet(object)) for (const member of object) found(member)
    // By keys: an array may have four billion holes.
    else for (const key of Object.keys(object)) found((object as Record<string, unknown>)[key])
  }
  return root
}
