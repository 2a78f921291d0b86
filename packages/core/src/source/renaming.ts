const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy
const STRING = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/sy
const TEMPLATE = /(?:\\.|\$(?!\{)|[^`\\$])*/sy

/**
 * Whether two source texts differ only in the names of variables, as after a minifier. A name that is imported may be a member
 * of its module, as in a build for CommonJS: `(0, node_path.join)(folder, name)`.
 */
export function differInNamesOnly(first: string, second: string): boolean {
  if (first === second) return true
  const [mine, others] = [tokensOf(first), tokensOf(second)]
  const [toOthers, toMine] = [new Map<string, string>(), new Map<string, string>()]
  let [here, there] = [0, 0]
  while (here < mine.length && there < others.length) {
    let [name, other] = [mine[here++]!, others[there++]!]
    if (name.startsWith(VARIABLE) && other.startsWith(VARIABLE)) {
      const more = membersAt(mine, here) - membersAt(others, there)
      if (more === 1) name += mine[here++]! + mine[here++]!
      if (more === -1) other += others[there++]! + others[there++]!
      if ((toOthers.get(name) ?? other) !== other || (toMine.get(other) ?? name) !== name) return false
      toOthers.set(name, other)
      toMine.set(other, name)
    } else if (name !== other) return false
  }
  return here === mine.length && there === others.length
}

/** Begins the tokens that are names of variables. */
const VARIABLE = '\u0000'

/** How many members follow a variable: two in `rows.all.length`. */
function membersAt(tokens: readonly string[], from: number): number {
  let count = 0
  while (tokens[from + 2 * count] === '.' && /^[\p{ID_Start}$_]/u.test(tokens[from + 2 * count + 1] ?? '')) count++
  return count
}

/** The tokens of a text, with marked variables. Literals, properties and globals stay unchanged. */
function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  /** The open parts, each of which a `}` or a backtick ends. */
  const open: ('block' | 'expression' | 'template')[] = []
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? ''
  }
  while (at < text.length) {
    const character = text[at]!
    let token = character
    let isVariable = false
    if (open.at(-1) === 'template') {
      token = take(TEMPLATE) || (character === '$' ? '${' : character)
      if (token === '${') open.push('expression')
      else if (token === '`') open.pop()
    } else if (character === '`') open.push('template')
    else if (character === '{') open.push('block')
    else if (character === '}') open.pop()
    else {
      const member = MEMBER_OF_MODULE.exec(take(CALL_OF_MEMBER))
      if (member !== null) {
        tokens.push(VARIABLE + member[1]!, '.', member[2]!)
        at += member.input.length
        continue
      }
      token = take(STRING) || take(NAME) || character
      isVariable = isName(token) && !/(?<!\.\.)\.\s*$/.test(tokens.slice(-20).join(''))
    }
    at += token.length
    tokens.push(isVariable ? VARIABLE + token : token)
  }
  return tokens
}

/** A callee that gets no `this`. */
const CALL_OF_MEMBER = /\(0, ?[\p{ID_Start}$_][\p{ID_Continue}$]*\.[\p{ID_Start}$_][\p{ID_Continue}$]*\)(?=\(|`|\?\.)/uy
const MEMBER_OF_MODULE = /, ?(.*)\.(.*)\)$/

function isName(token: string): boolean {
  NAME.lastIndex = 0
  return NAME.exec(token)?.[0] === token && !RESERVED.has(token) && !(token in globalThis)
}

const RESERVED = new Set(
  'arguments async await break case catch class const continue default delete do else extends false finally for function if in instanceof let new null of return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
)
