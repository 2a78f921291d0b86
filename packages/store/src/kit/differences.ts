import type { KeyDifference } from './nearest-head.ts'

/** Longer values are cut. */
const SHOWN = 40
const MOST_DEPTH = 20
const NAME = /^[A-Za-z_$][\w$]*$/

/**
 * The paths at which two values differ, each with both values as `write` makes strings of them.
 *
 * @example
 * ```ts
 * differences([{ t: 0 }], [{ t: 0.2 }], JSON.stringify)   // { differs: ['$[0].t: 0 → 0.2'], equal: 0 }
 * ```
 */
export function differences(before: unknown, now: unknown, write: (value: unknown) => string): KeyDifference {
  const differs: string[] = []
  let equal = 0
  compare(before, now, '$', 0)
  return { differs, equal }

  function compare(a: unknown, b: unknown, path: string, depth: number): void {
    const keys = depth < MOST_DEPTH ? keysOfBoth(a, b) : undefined
    if (keys === undefined) {
      const [was, is] = [shown(a, write), shown(b, write)]
      if (was.whole === is.whole) equal++
      else differs.push(`${path}: ${was.short} → ${is.short}`)
      return
    }
    for (const key of keys) {
      const at = Array.isArray(b) ? `${path}[${key}]` : path + (NAME.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)
      if (!Object.hasOwn(a as object, key)) differs.push(`${at}: none → ${shown(memberOf(b, key), write).short}`)
      else if (!Object.hasOwn(b as object, key)) differs.push(`${at}: ${shown(memberOf(a, key), write).short} → none`)
      else compare(memberOf(a, key), memberOf(b, key), at, depth + 1)
    }
  }
}

function memberOf(container: unknown, key: string): unknown {
  return (container as Readonly<Record<string, unknown>>)[key]
}

/** The keys to compare one by one, if both values are arrays or both are plain objects. */
function keysOfBoth(a: unknown, b: unknown): string[] | undefined {
  const areLists = Array.isArray(a) && Array.isArray(b)
  if (!areLists && !(isPlain(a) && isPlain(b))) return undefined
  return [...new Set([...Object.keys(a as object), ...Object.keys(b as object)])]
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // The prototype of objects of another realm has no prototype either.
  return prototype === null || (Object.getPrototypeOf(prototype) === null && !Array.isArray(value))
}

function shown(value: unknown, write: (value: unknown) => string): { readonly whole: string; readonly short: string } {
  let whole: string
  try {
    whole = write(value)
  } catch {
    whole = typeof value
  }
  return { whole, short: whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole }
}
