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

/** Whether the same things were read, in the same order, whatever was seen. */
export function areOfTheSame(some: readonly Observation[] = [], others: readonly Observation[] = []): boolean {
  return (
    some.length === others.length &&
    some.every(({ kind, name }, index) => kind === others[index]!.kind && name === others[index]!.name)
  )
}

/** The detail of an input without one. */
const NONE = '-'

/** The line for an entry. */
export function lineOf({ kind, digest, detail = NONE, name }: Observation): string {
  return `${kind} ${digest} ${detail} ${name}`
}
