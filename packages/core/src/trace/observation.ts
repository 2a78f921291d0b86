/** One thing that a function read: a file, a variable, the result of another persisted function. */
export interface Observation {
  /** The kind of input, by which a later process finds how to verify it. */
  readonly kind: string
  /** What was read, such as the path of a file. Unique within the kind. */
  readonly name: string
  /** The digest of what was seen, without spaces. */
  readonly digest: string
  /** What makes the next check cheaper, without spaces. */
  readonly detail?: string | undefined
  /** Whether it is still as it was seen. Absent if that needs no check at the end of the run. */
  readonly isUnchanged?: () => boolean | PromiseLike<boolean>
}

/** An input as an entry has it. */
export interface Input {
  readonly kind: string
  readonly digest: string
  readonly detail: string
  readonly name: string
}

/** The detail of an input without one. */
const NONE = '-'

/** The line for an entry. */
export function lineOf({ kind, digest, detail = NONE, name }: Observation): string {
  return `${kind} ${digest} ${detail} ${name}`
}

/** Reads a line, which any program may have written. `undefined`: it is none. */
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
