import { codeOf, type Declaration, type Declarations, declarationsIn } from './declarations.ts'
import { areSamePackageFile, pathInPackage } from './same-package-file.ts'
import type { SourceFiles } from './source-files.ts'
import { type Block, namesIn, type SourceToken, tokensOf } from './source-tokens.ts'

/**
 * Whether two files with a function of the same text are copies of one module, as two bundles of one program are.
 *
 * Equal text is not enough. `find` of users.ts and `find` of posts.ts may both be `(id) => db.get(table, id)`, and `findOne`
 * of two services may have the same text. So the context has to agree too: both files must declare a name that the
 * function uses in the same way, and the names that this declaration uses, and a method must belong to a class of the same
 * name. Copies always agree, unless a minifier renamed something. Two installed versions of one package are treated alike.
 *
 * @returns `undefined` if a file cannot be read.
 */
export function areCopies(text: string, first: string, second: string, files: SourceFiles): boolean | undefined {
  const isOnePackage = areSamePackageFile(first, second)
  if (isOnePackage && files.read(first) === files.read(second)) return true
  const [here, there] = isOnePackage ? [pathInPackage(first)!, pathInPackage(second)!] : [first, second]
  const [one, other] = [contextOf(text, first, here, files), contextOf(text, second, there, files)]
  if (one === undefined || other === undefined) return undefined
  if (/\b(this|super)\b/.test(text)) {
    const [mine, others] = [one, other].map(({ source }) => classesWith(methodName(text), source))
    if (!overlap(mine!, others!)) return false
  }
  const isOneFolder = folderOf(here) === folderOf(there)
  const isSameHere = (code: string) => !OWN_NAME.test(code) && (isOneFolder || !OWN_FOLDER.test(code))
  const seen = new Set<string>()
  const agree = (name: string, isUsedByFunction: boolean): boolean => {
    // The functions of webpack hold all modules of a bundle.
    if (seen.has(name) || name.startsWith('__webpack_')) return true
    seen.add(name)
    const [mine, others] = [one.visible(name), other.visible(name)]
    if (mine.length === 0 || others.length === 0)
      return !isUsedByFunction || overlap(codeOfAll(one.all(name)), codeOfAll(other.all(name)))
    if (!areEqual(codeOfAll(mine), codeOfAll(others))) return false
    if (!overlap(codeOfAll(one.assignedLater(name)), codeOfAll(other.assignedLater(name)))) return false
    return mine.every(({ code, uses }) => isSameHere(code()) && uses().every((used) => agree(used, false)))
  }
  // Vite and Vitest rewrite an imported `table` to `__vi_import_0__.table`.
  const written = text.replace(/(?<![\w$])__vi\w*__\./g, '')
  const tokens = tokensOf(written)
  return isSameHere(codeOf(tokens)) && namesIn(tokens).every((name) => agree(name, true))
}

/** Code with the name of its own file: not only as an argument, as in `new URL('./rows.csv', import.meta.url)`. */
const OWN_NAME = /\bimport \. meta \. (?:url|filename)\b(?! \))|(?<!\. )\b__filename\b(?! \))/

/** Code with the folder of its own file. */
const OWN_FOLDER = /\bimport \. meta\b|(?<!\. )\b__(?:dirname|filename)\b/

const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/') + 1)

/** A file, seen from one function in it. */
interface Context {
  readonly source: string
  readonly all: (name: string) => readonly Declaration[]
  /** The declarations that the function sees: those of the innermost block around it that has any, with assignments there. */
  readonly visible: (name: string) => readonly Declaration[]
  /** Assignments to what it sees, in inner blocks. A bundler may have left some of them out. */
  readonly assignedLater: (name: string) => readonly Declaration[]
}

function contextOf(text: string, file: string, place: string, files: SourceFiles): Context | undefined {
  const content = files.read(file)
  if (content === undefined) return undefined
  const { source, tokens, declarations } = parsed(place, content)
  const at = source.indexOf(text)
  // A text that was compiled since is not in the file: then the module's own declarations count.
  const around = (at < 0 ? tokens[0] : tokens.find((token) => token.at >= at))?.block
  const all = (name: string) => declarations.get(name) ?? []
  const declaring = (name: string, from: Block | undefined): Block | undefined => {
    for (let block = from; block !== undefined; block = block.parent) {
      if (all(name).some((declaration) => !declaration.isAssignment && declaration.block === block)) return block
      if (block.parameters.has(name)) return undefined
    }
    return undefined
  }
  const visible = (name: string) => {
    const block = declaring(name, around)
    return block === undefined ? [] : all(name).filter((declaration) => declaration.block === block)
  }
  const assignedLater = (name: string) => {
    const block = declaring(name, around)
    const isOfIt = (one: Declaration) => one.isAssignment && one.block !== block && declaring(name, one.block) === block
    return block === undefined ? [] : all(name).filter(isOfIt)
  }
  return { source, all, visible, assignedLater }
}

interface Parsed {
  readonly source: string
  readonly tokens: readonly SourceToken[]
  readonly declarations: Declarations
}

/** The files that this task has parsed: a bundle may hold many functions. Large ones would take much memory for longer. */
const parsedFiles = new Map<string, Parsed>()

/** Parses a source. Its relative specifiers lead on from `place`. */
function parsed(place: string, source: string): Parsed {
  const known = parsedFiles.get(place)
  if (known?.source === source) return known
  const tokens = tokensOf(source)
  const found = { source, tokens, declarations: declarationsIn(tokens, (literal) => resolved(literal, place)) }
  if (parsedFiles.size === 0) Promise.resolve().then(() => parsedFiles.clear())
  parsedFiles.set(place, found)
  return found
}

const codeOfAll = (declarations: readonly Declaration[]) => new Set(declarations.map(({ code }) => code()))

/** Whether two sets have a member in common, or one of them is empty. */
function overlap(here: ReadonlySet<string>, there: ReadonlySet<string>): boolean {
  return here.size === 0 || there.size === 0 || [...here].some((found) => there.has(found))
}

function areEqual(here: ReadonlySet<string>, there: ReadonlySet<string>): boolean {
  return here.size === there.size && [...here].every((found) => there.has(found))
}

const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*'

/** A literal with its relative specifier resolved, since `./config.js` names another file in another folder. */
function resolved(literal: string, file: string): string {
  const [, path] = /^['"](\.\.?\/.*)['"]$/s.exec(literal) ?? []
  if (path === undefined) return literal
  try {
    return new URL(path, `file://${folderOf(file)}`).href
  } catch {
    return literal
  }
}

function methodName(text: string): string {
  return new RegExp(`^(?:async\\b)?[\\s*]*(?:function\\b[\\s*]*)?(${NAME})?`, 'u').exec(text)?.[1] ?? ''
}

/** The names of the classes in a source that have the method. */
function classesWith(method: string, source: string): Set<string> {
  const called = new RegExp(`(?<![.\\p{ID_Continue}$])${method.replaceAll('$', '\\$')}\\s*\\(`, 'u')
  const [, ...parts] = source.split(/\bclass\s+/)
  const names = parts.filter((body) => called.test(body)).map((body) => new RegExp(`^${NAME}`, 'u').exec(body)?.[0])
  return new Set(names.filter((name) => name !== undefined))
}
