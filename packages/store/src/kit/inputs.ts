/** An input of an entry, as a line of the field `inputs` has it. */
export interface Input {
  /** By the kind a reader knows how to verify it. */
  readonly kind: string
  readonly digest: string
  /** What makes a check cheaper; `-` if there is none. */
  readonly detail: string
  /** What was read, such as a path. */
  readonly name: string
}

/** The kind of input that is a call of another persisted function. */
export const CALL = 'call'

/**
 * Reads a line of the field `inputs`, which any program may have written. `undefined`: it is none.
 *
 * @example
 * ```ts
 * inputOf('file mJ3vJ0 - a b.md')   // { kind: 'file', digest: 'mJ3vJ0', detail: '-', name: 'a b.md' }
 * ```
 */
export function inputOf(line: string): Input | undefined {
  const first = line.indexOf(' ')
  const second = line.indexOf(' ', first + 1)
  const third = line.indexOf(' ', second + 1)
  if (first < 1 || second < 0 || third < 0) return undefined
  return {
    kind: line.slice(0, first),
    digest: line.slice(first + 1, second),
    detail: line.slice(second + 1, third),
    name: line.slice(third + 1),
  }
}

/** The function and the entry of a call, as the name of an input has them. */
export interface CallName {
  readonly namespace: string
  readonly hash: string
  /** The name of the store. Empty for that of the entry. */
  readonly store: string
  /** The greatest age of a result that the call accepted, in milliseconds. Absent: any. */
  readonly maxAge?: number
}

/**
 * Reads the name of an input of the kind {@link CALL}, which any program may have written. `undefined`: it is none.
 *
 * @example
 * ```ts
 * callNameOf('["title","wXS1bv",""]')   // { namespace: 'title', hash: 'wXS1bv', store: '' }
 * ```
 */
export function callNameOf(name: string): CallName | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(name)
  } catch {
    return undefined
  }
  const [namespace, hash, store, maxAge] = Array.isArray(parts) ? (parts as unknown[]) : []
  if (typeof namespace !== 'string' || typeof hash !== 'string' || typeof store !== 'string') return undefined
  if (maxAge === undefined) return { namespace, hash, store }
  return typeof maxAge === 'number' ? { namespace, hash, store, maxAge } : undefined
}

/**
 * An input as people read it: a path, a variable, the name of a function. `undefined`: it has no such name.
 *
 * @example
 * ```ts
 * inputTitle({ kind: 'env', name: 'THEME' })   // '$THEME'
 * ```
 */
export function inputTitle({ kind, name }: Pick<Input, 'kind' | 'name'>): string | undefined {
  if (kind === CALL) return callNameOf(name)?.namespace
  if (kind === 'cwd') return 'working directory'
  return kind === 'env' ? `$${name}` : name
}
