/**
 * Something outside of a function that its results depend on, for the option `dependsOn`: code, packages, a table. The
 * package `@persist/code` has the usual ones.
 *
 * @example
 * ```ts
 * const model: Dependency = { name: 'model', read: () => ({ digest: 'v3', parts: [{ name: 'model', digest: 'v3' }] }) }
 * const predict = persist((x: number) => 2 * x, { funcname: 'predict', dependsOn: [model] })
 * ```
 */
export interface Dependency {
  /** A short name, equal on every machine. It becomes part of the version. */
  readonly name: string
  /** Called once per wrapping of a function. Its own errors reach the caller of `persist`. */
  read(): DependencyState
}

/** What a dependency is at the moment. */
export interface DependencyState {
  /** Changes whenever results may change, and is equal for equal content on every machine. */
  readonly digest: string
  /** What the digest was made of, for people: see `f.dependencies()`. */
  readonly parts: readonly DependencyPart[]
}

/** One part of what results depend on, such as a file or a package. */
export interface DependencyPart {
  readonly name: string
  readonly digest: string
}
