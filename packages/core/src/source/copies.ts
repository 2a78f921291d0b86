import { areSamePackageFile } from './same-package-file.ts'
import type { SourceFiles } from './source-files.ts'

/**
 * Whether two files with a function of the same text are copies of one module, as two bundles of one program are.
 *
 * Equal text is not enough. `find` of users.ts and `find` of posts.ts may both be `(id) => db.get(table, id)`, and `findOne`
 * of two services may have the same text. So the context has to agree too: both files must declare a name that the
 * function uses in the same way, and a method must belong to a class of the same name. Copies always agree, unless a
 * minifier renamed something.
 *
 * @returns `undefined` if a file cannot be read.
 */
export function areCopies(text: string, first: string, second: string, files: SourceFiles): boolean | undefined {
  if (areSamePackageFile(first, second)) return true
  const [one, other] = [files.read(first), files.read(second)]
  if (one === undefined || other === undefined) return undefined
  const agree = (find: (source: string, file: string) => ReadonlySet<string>): boolean => {
    const [here, there] = [find(one, first), find(other, second)]
    return here.size === 0 || there.size === 0 || [...here].some((found) => there.has(found))
  }
  return (
    namesUsedIn(text).every((name) => agree((source, file) => declarationsOf(name, source, file))) &&
    (!/\b(this|super)\b/.test(text) || agree((source) => classesWith(methodName(text), source)))
  )
}

const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*'

/** The names that a function takes from outside, approximately: names that it declares do not count. */
function namesUsedIn(text: string): string[] {
  const head = /^[^(]*\(([^)]*)\)|^[^=]*(?==>)/s.exec(text)?.[0] ?? ''
  const own = new Set(head.match(new RegExp(NAME, 'gu')))
  for (const [, name] of text.matchAll(
    new RegExp(`\\b(?:const|let|var|function\\*?|class|catch\\s*\\()\\s+(${NAME})`, 'gu'),
  ))
    own.add(name!)
  for (const [, names] of text.matchAll(/\(([^()]*)\)\s*=>/g))
    for (const name of names!.match(new RegExp(NAME, 'gu')) ?? []) own.add(name)
  for (const [, name] of text.matchAll(new RegExp(`(${NAME})\\s*=>`, 'gu'))) own.add(name!)
  // Vite and Vitest rewrite an imported `table` to `__vi_import_0__.table`.
  const used = text.matchAll(new RegExp(`(?<![.\\p{ID_Continue}$]|\\.\\s)(?:__vi\\w*__\\.)?(${NAME})`, 'gu'))
  return [...new Set([...used].map(([, name]) => name!))].filter((name) => !own.has(name))
}

/** The declarations of a name in a source: variables, functions, classes, imports. */
function declarationsOf(name: string, source: string, file: string): Set<string> {
  const it = name.replaceAll('$', '\\$')
  const edge = '(?![\\p{ID_Continue}$])'
  const found = new Set<string>()
  const patterns = [
    `(?<=(?:\\b(?:const|let|var)|,)\\s*)${it}${edge}\\s*=(?![=>])\\s*[^;,\\n]*`,
    `\\b(?:const|let|var)\\s*[{[][^=;]*?(?<![\\p{ID_Continue}$])${it}${edge}[^=;]*?[}\\]]\\s*=[^;\\n]*`,
    `\\b(?:function\\s*\\*?|class)\\s+${it}${edge}[^\\n]*`,
    `\\bimport\\b(?:(?!\\bfrom\\b)[^;])*?(?<![\\p{ID_Continue}$])${it}${edge}(?:(?!\\bfrom\\b)[^;])*\\bfrom\\s*['"][^'"]+['"]`,
  ]
  for (const pattern of patterns)
    for (const [declaration] of source.matchAll(new RegExp(pattern, 'gu'))) found.add(resolved(declaration, file))
  return found
}

/** A declaration with its relative specifiers resolved, since `./config.js` names another file in another folder. */
function resolved(declaration: string, file: string): string {
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  return declaration.replace(/(['"])(\.\.?\/[^'"]*)\1/g, (_, _quote, path: string) => {
    try {
      return new URL(path, `file://${folder}`).href
    } catch {
      return path
    }
  })
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
