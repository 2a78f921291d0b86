/**
 * `JSON.parse`, but right about property names with escapes: V8 12.8 and later (Node 24, 26) may read `"\n"`, `"\""` or
 * a lone surrogate as `"\\"` once it has met such a name in an object of the same shape (nodejs/node#63785). Such names
 * are read as texts, which V8 does right, and put in place afterwards.
 */
export function parseJson(text: string): unknown {
  return hasEscapedName(text) ? parseEscapedNames(text) : JSON.parse(text)
}

/** Looks at each escape once, and from there to the end of its text: linear. */
function hasEscapedName(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    do at++
    while (at < text.length && ' \t\r\n'.includes(text[at]!))
    if (text[at] === ':') return true
  }
  return false
}

const TEXT_OR_NAME = /"(?:[^"\\]|\\.)*"(\s*:)?/gs

function parseEscapedNames(text: string): unknown {
  // A name for names that the text itself cannot hold.
  let mark = 'name '
  while (text.includes(mark)) mark += '.'
  const names: string[] = []
  const marked = text.replace(TEXT_OR_NAME, (token, colon: string | undefined) => {
    if (colon === undefined || !token.includes('\\')) return token
    names.push(JSON.parse(token.slice(0, -colon.length)) as string)
    return `"${mark}${names.length - 1}":`
  })
  return JSON.parse(marked, (_name, value: unknown) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
    const parts = Object.entries(value)
    if (!parts.some(([name]) => name.startsWith(mark))) return value
    return Object.fromEntries(
      parts.map(([name, part]) => [name.startsWith(mark) ? names[Number(name.slice(mark.length))] : name, part]),
    )
  })
}
