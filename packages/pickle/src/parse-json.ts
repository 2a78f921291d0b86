/**
 * `JSON.parse`, but correct for property names with escapes. V8 12.8 and later (Node 24, 26) may read `"\n"`, `"\""` or a
 * lone surrogate as `"\\"` once it has met such a name in an object of the same shape (nodejs/node#63785). This reads such
 * names as strings, which V8 reads correctly, and renames the properties after that.
 */
export function parseJson(json: string): unknown {
  return hasEscapedName(json) ? parseEscapedNames(json) : JSON.parse(json)
}

/** Looks at each escape once, and from there to the end of its string, in linear time. */
function hasEscapedName(json: string): boolean {
  for (let at = json.indexOf('\\'); at >= 0; at = json.indexOf('\\', at)) {
    while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
    do at++
    while (at < json.length && ' \t\r\n'.includes(json[at]!))
    if (json[at] === ':') return true
  }
  return false
}

const STRING_OR_NAME = /"(?:[^"\\]|\\.)*"(\s*:)?/gs

function parseEscapedNames(json: string): unknown {
  // A prefix for names that does not occur in the JSON.
  let mark = 'name '
  while (json.includes(mark)) mark += '.'
  const names: string[] = []
  const marked = json.replace(STRING_OR_NAME, (token, colon: string | undefined) => {
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
