/** A string in one line, as the second group. The parts of all patterns are bounded, for long lines of bundles. */
// A name, since terser takes `\1` for an octal escape, also in a raw string.
export const QUOTED = String.raw`(?<quote>['"${'`'}])((?:\\[^\n]|(?!\k<quote>|\$\{)[^\\\n])+)\k<quote>`

/** Any number of comments. None can end in more than one place: otherwise the time doubles with each comment. */
export const COMMENTS = String.raw`(?:/\*(?:(?!\*/)[^]){0,999}\*/\s*|//[^\n]{0,999}\n\s*)*`

/** The strings that are the second group of each match. */
export function all(source: string, pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, , specifier]) => unescaped(specifier!))
}

const ESCAPE = /\\(?:x([\da-f]{2})|u([\da-f]{4})|u\{0*([\da-f]{1,5})\}|(.|\n))/gi

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, x?: string, u?: string, point?: string, character?: string) =>
    character === undefined ? String.fromCodePoint(Number.parseInt((x ?? u ?? point)!, 16)) : character,
  )
}

/** The number of matches. */
export function count(source: string, pattern: RegExp): number {
  return source.match(pattern)?.length ?? 0
}

/** A name as a part of a pattern. */
export function escaped(name: string): string {
  return name.replaceAll('$', '\\$')
}
