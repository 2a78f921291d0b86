import { types } from '@persist/platform'
import { localPrototypeOf } from './realm.ts'

/** Gives every object in a value that another realm made the prototypes of this realm, in place, at any depth. */
export function toThisRealm(root: unknown): unknown {
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
    const local = localPrototypeOf(prototype)
    if (local !== prototype) Object.setPrototypeOf(object, local)
    if (ArrayBuffer.isView(object)) found(object.buffer)
    else if (types.isMap(object)) {
      for (const [key, value] of object) {
        found(key)
        found(value)
      }
    } else if (types.isSet(object)) for (const member of object) found(member)
    // An array may have four billion holes, so this walks over its keys.
    else for (const key of Object.keys(object)) found((object as Record<string, unknown>)[key])
  }
  return root
}
