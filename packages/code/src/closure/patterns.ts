/** A string without escapes that matter, as the second group. The parts of all patterns are bounded, for long lines of bundles. */
// A name, since terser takes `\1` for an octal escape, also in a raw string.
export const QUOTED = String.raw`(?<quote>['"${'`'}])((?:(?!\k<quote>|\$\{)[^\n])+)\k<quote>`

/** Any number of comments. None can end in more than one place: otherwise the time doubles with each comment. */
export const COMMENTS = String.raw`(?:/\*(?:(?!\*/)[^]){0,999}\*/\s*|//[^\n]{0,999}\n\s*)*`

/** The second group of each match. */
export function all(source: string, pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, , specifier]) => specifier!)
}

/** The number of matches. */
export function count(source: string, pattern: RegExp): number {
  return source.match(pattern)?.length ?? 0
}

/** A name as a part of a pattern. */
export function escaped(name: string): string {
  return name.replaceAll('$', '\\$')
}
