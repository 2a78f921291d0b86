import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript-5'
import { packages } from '../../scripts/packages.mjs'
import { ROOT } from './documents.ts'
import type { Program } from './programs.ts'

/** The package of a public name; of two, the first. A package's own names come first, then core's. */
const ENTRIES = packages
  .flatMap(({ entries }) => entries)
  .map(({ specifier, source }) => [specifier, source.slice('packages/'.length)] as const)
  .sort(([a], [b]) => Number(b === '@persist/core') - Number(a === '@persist/core'))

/** Code that examples assume. */
const GIVEN: Readonly<Record<string, string>> = {
  ask: 'const ask = async (question: string) => question.length',
  compute: 'const compute = function compute(x: number) { return x }',
  Decimal: 'class Decimal {}',
  double: 'const double = persist(function double(x: unknown) { return 2 * Number(x) })',
  Keyv: "import Keyv from 'keyv'",
  model:
    'class Net { @persist({ key: (self: Net, x: number) => [x] }) predict(x: number) { return x } }\nconst model = new Net()',
  myAdapter: 'const myAdapter = memoryStore()',
  myStore: 'const myStore = (dir: string) => memoryStore(dir)',
  Person: 'interface Person { age: number }',
  Point: 'class Point { constructor(public x: number, public y: number) {} }',
  point:
    "const point = { name: 'P', test: (_: unknown) => false, pickle: (value: unknown) => value, unpickle: (value: unknown) => value }",
  SuperJSON:
    'const SuperJSON = { registerClass(_: unknown) {}, serialize: (value: unknown) => ({ json: value }), deserialize: ({ json }: { json: unknown }) => json }',
  s3Store: 'const s3Store = (url: string) => memoryStore(url)',
  simulate: 'const simulate = function simulate(x: number) { return [x] }',
}

/** Examples that cannot run here, and those of names that are not exported. */
const COMPILED_ONLY = ['store-keyv/src/adapter.ts', 'store/src/conformance/index.ts']
const INTERNAL = ['store-keyv/src/keys.ts', 'store-lmdb/src/keys.ts']

const EXAMPLE = /@example\s+\* ```ts\n(.*?)\n\s*\* ```/gs

/** The examples in the docstrings of all packages, with the code that they need before them. */
export function examplePrograms(): Program[] {
  return sourcesIn(join(ROOT, 'packages')).flatMap((path) => {
    const file = relative(join(ROOT, 'packages'), path).replaceAll('\\', '/')
    const text = readFileSync(path, 'utf8')
    if (INTERNAL.includes(file)) return []
    return [...text.matchAll(EXAMPLE)].map((found) => {
      const line = text.slice(0, found.index).split('\n').length
      const code = found[1]!.replaceAll(/^\s*\* ?/gm, '')
      const runs = !COMPILED_ONLY.includes(file)
      return { document: `packages/${file}`, line, name: `line-${line}.ts`, source: withImports(code, file), runs }
    })
  })
}

function sourcesIn(packages: string): string[] {
  const all = readdirSync(packages, { recursive: true, encoding: 'utf8' })
  return all
    .filter((name) => /^[^/\\]+[/\\]src[/\\].*\.ts$/.test(name))
    .map((name) => join(packages, name))
    .sort()
}

function withImports(code: string, file: string): string {
  const given = Object.keys(GIVEN).filter((name) => namesIn(code).has(name))
  const whole = [...given.map((name) => GIVEN[name]), code].join('\n')
  const missing = namesIn(whole)
  const imports: string[] = []
  const own = (entry: string) => Number(!entry.startsWith(file.slice(0, file.indexOf('/') + 1)))
  const exact = (entry: string) => Number(entry !== file)
  const entries = [...ENTRIES].sort((a, b) => exact(a[1]) - exact(b[1]) || own(a[1]) - own(b[1]))
  for (const [name, entry] of entries) {
    const found = exportsOf(entry).filter((one) => missing.delete(one))
    if (found.length > 0) imports.push(`import { ${found.join(', ')} } from '${name}'`)
  }
  return [...imports, whole].join('\n')
}

/** The names that are used and not declared. */
function namesIn(code: string): Set<string> {
  const used = new Set<string>()
  const declared = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const isProperty =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        ((ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)) && parent.name === node)
      const isDeclaration = 'name' in parent && parent.name === node
      if (isDeclaration && !isProperty && !ts.isShorthandPropertyAssignment(parent)) declared.add(node.text)
      else if (!isProperty) used.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('x.ts', code, ts.ScriptTarget.ES2022, true))
  for (const name of declared) used.delete(name)
  return used
}

function exportsOf(entry: string): string[] {
  const file = ts.createSourceFile(
    entry,
    readFileSync(join(ROOT, 'packages', entry), 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  )
  return file.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      return statement.exportClause.elements.map(({ name }) => name.text)
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText())
    }
    return 'name' in statement ? [(statement.name as ts.Identifier).text] : []
  })
}
