import { types } from 'node:util'

/**
 * Whether a printer that writes an object at each place where the value has it would repeat objects too often. In a graph, whose
 * nodes name their neighbors, it would follow every path, and not end.
 *
 * @param maxRepeats as many are bearable.
 * @param depth as many levels below the value are printed.
 * @param maxParts as many parts of each object are printed.
 */
export function repeatsTooOften(
  value: unknown,
  maxRepeats: number,
  depth = Number.POSITIVE_INFINITY,
  maxParts = Number.POSITIVE_INFINITY,
): boolean {
  const seen = new Set<object>()
  const above = new Set<object>()
  let repeats = 0
  /** Whether the walk goes on. */
  const visit = (part: unknown): boolean => {
    if (typeof part !== 'object' || part === null || above.has(part)) return true
    if (seen.has(part)) repeats++
    seen.add(part)
    if (repeats > maxRepeats) return false
    if (above.size >= depth) return true
    above.add(part)
    let count = 0
    for (const below of partsOf(part)) if (count++ >= maxParts || !visit(below)) break
    above.delete(part)
    return repeats <= maxRepeats
  }
  return !visit(value)
}

function* partsOf(value: object): Iterable<unknown> {
  if (ArrayBuffer.isView(value)) return
  if (types.isMap(value)) for (const [key, part] of value) yield* [key, part]
  else if (types.isSet(value)) yield* value
  else if (types.isNativeError(value)) yield* [value.cause, (value as Partial<AggregateError>).errors]
  yield* Object.values(value)
}
