import type { SourceFiles } from './source-files.ts'

/**
 * Whether two files that hold a function of one text hold copies of one module, as two bundles of one program do.
 *
 * Equal text is not enough. `find` of users.ts and `find` of posts.ts may both be `(id) => db.get(table, id)`, and `findOne` of
 * two services may be the same text. So the surroundings have to agree as well: a name that the function uses
 * must be declared in the same way in both files, and a method must be of a class with the same name. Copies agree by
 * nature, so this never refuses a copy whose names a minifier left alone.
 *
 * @returns `undefined` if a file cannot be read.
 */
export function areCopies(text: string, first: string, second: string, files: SourceFiles): boolean | undefined {
  if (inPackage(first) !== undefined && inPackage(first) === inPackage(second)) return true
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

/** The path within a package, which two installed copies of the package share. */
function inPackage(file: string): string | undefined {
  const at = file.lastIndexOf('/node_modules/')
  return at < 0 ? undefined : file.slice(at)
}

const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*'

/** The names that a function takes from outside, about: what it declares itself does not count. */
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
  // Vite and Vitest turn an imported `table` into `__vi_import_0__.table`.
  const used = text.matchAll(new RegExp(`(?<![.\\p{ID_Continue}$]|\\.\\s)(?:__vi\\w*__\\.)?(${NAME})`, 'gu'))
  return [...new Set([...used].map(([, name]) => name!))].filter((name) => !own.has(name))
}

/** Everything in a source that may declare the name: variables, functions, classes, imports. */
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

/** A declaration with its relative specifiers resolved: `./config.js` is another file in another folder. */
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

/** The names of the classes in a source that have a method of that name. */
function classesWith(method: string, source: string): Set<string> {
  const called = new RegExp(`(?<![.\\p{ID_Continue}$])${method.replaceAll('$', '\\$')}\\s*\\(`, 'u')
  const [, ...parts] = source.split(/\bclass\s+/)
  const names = parts.filter((body) => called.test(body)).map((body) => new RegExp(`^${NAME}`, 'u').exec(body)?.[0])
  return new Set(names.filter((name) => name !== undefined))
}
