const PACKAGES = /^@persist\/(?:cli|code|core|errors|hash|inputs|key|pickle|store(?:-[a-z\d]+)?)(?:\/|$)/

/**
 * Whether a specifier or the name of a package is one of this project. They keep results and do not make them, and what
 * they write and read is the same in every version. So another version of them must not make all results misses.
 */
export function keepsResults(name: string): boolean {
  return PACKAGES.test(name)
}
