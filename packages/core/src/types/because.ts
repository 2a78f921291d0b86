/** The stored call that is most like one that has no entry. */
export interface NearestEntry {
  readonly hash: string
  /**
   * What differs, from the stored call to this one: with stored keys values, such as `$[0].temperature: 0 → 0.2`; without
   * them only places, such as `$[0].temperature`. `$[0]` is the first argument.
   */
  readonly differs: readonly string[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** Why an entry is not served. A field is absent if that is not known. */
export interface Because {
  /**
   * What has changed since the entry was made: files and other parts of dependencies (`./integrate.ts`, `$THEME`), packages
   * (`mathjs 14.0.0 → 14.0.1`), the option `version` (`version 1 → 2`), or the name of the function. With `trace`, the inputs
   * that have changed: paths, variables (`$THEME`), names of functions (`title (not verified)`: this process does not have it),
   * or `not recorded`. The event `miss` has the first one, since a lookup ends there.
   */
  readonly changed?: readonly string[]
  /** For an absent entry, the nearest one among the newest. */
  readonly nearest?: NearestEntry
}
