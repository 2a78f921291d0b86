const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy
const STRING = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/sy
const TEMPLATE = /(?:\\.|\$(?!\{)|[^`\\$])*/sy

/** Whether two source texts differ only in the names of variables, as after a minifier. */
export function differInNamesOnly(first: string, second: string): boolean {
  return first === second || shapeOf(first) === shapeOf(second)
}

/** The text with its variables numbered. Literals, properties and globals stay unchanged. */
function shapeOf(text: string): string {
  const numbers = new Map<string, number>()
  /** The open parts, each of which a `}` or a backtick ends. */
  const open: ('block' | 'expression' | 'template')[] = []
  let shape = ''
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? ''
  }
  while (at < text.length) {
    const character = text[at]!
    let token = character
    if (open.at(-1) === 'template') {
      token = take(TEMPLATE) || (character === '$' ? '${' : character)
      if (token === '${') open.push('expression')
      else if (token === '`') open.pop()
    } else if (character === '`') open.push('template')
    else if (character === '{') open.push('block')
    else if (character === '}') open.pop()
    else token = take(STRING) || take(NAME) || character
    at += token.length
    const isVariable = open.at(-1) !== 'template' && isName(token) && !/(?<!\.\.)\.\s*$/.test(shape.slice(-20))
    if (isVariable && !numbers.has(token)) numbers.set(token, numbers.size)
    shape += isVariable ? `\u0000${numbers.get(token)}` : token
  }
  return shape
}

function isName(token: string): boolean {
  NAME.lastIndex = 0
  return NAME.exec(token)?.[0] === token && !RESERVED.has(token) && !(token in globalThis)
}

const RESERVED = new Set(
  'arguments async await break case catch class const continue default delete do else extends false finally for function if in instanceof let new null of return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
)
