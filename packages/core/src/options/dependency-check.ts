import { describe } from './describe.ts'

/** Whether a value can stand in `dependsOn`: a function, or a dependency. */
export function canBeDependedOn(value: unknown): boolean {
  const { name, read } = (value ?? {}) as { name?: unknown; read?: unknown }
  return (
    typeof value === 'function' || (typeof value === 'object' && typeof name === 'string' && typeof read === 'function')
  )
}

/** Suggests how to write a `dependsOn` that has something else in it. */
export function dependencyHint(value: unknown): string | undefined {
  if (!Array.isArray(value)) return canBeDependedOn(value) ? 'put it into an array' : undefined
  const index = value.findIndex((item) => !canBeDependedOn(item))
  const place: unknown = value[index]?.url ?? value[index]
  const isPlace = typeof place === 'string' && /^(?:file:|\.{0,2}\/)/.test(place)
  return `its item ${index} is ${describe(value[index])}${isPlace ? '; a module is code(import.meta) of @persist/code' : ''}`
}
