import { type Node, parseSync, Visitor } from 'oxc-parser'

/** What a parser finds in a file that its program loads, or `undefined` if the file has errors. */
export function parsedImports(file: string, source: string): ReadonlySet<string> | undefined {
  const { program, errors } = parseSync(file, source, { sourceType: sourceTypeOf(file), lang: langOf(file) })
  if (errors.length > 0) return undefined
  const found = new Set<string>()
  const add = (node: Node | null | undefined, isUrl = false) => {
    const specifier = node == null ? undefined : fixed(node)
    if (specifier === undefined) return
    // `new URL('a.js', …)` is relative, as no import is.
    found.add(isUrl && !/^(?:[./]|[a-z][a-z\d+.-]+:)/i.test(specifier) ? `./${specifier}` : specifier)
  }
  new Visitor({
    ImportDeclaration: ({ importKind, source }) => importKind !== 'type' && add(source),
    ExportNamedDeclaration: ({ exportKind, source }) => exportKind !== 'type' && add(source),
    ExportAllDeclaration: ({ exportKind, source }) => exportKind !== 'type' && add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportEqualsDeclaration: ({ importKind, moduleReference }) =>
      importKind !== 'type' && moduleReference.type === 'TSExternalModuleReference' && add(moduleReference.expression),
    CallExpression: ({ callee, arguments: [first] }) => {
      const name = source.slice(callee.start, callee.end)
      if (/^(?:module\.)?require(?:\.resolve)?$|^import\.meta\.resolve$/.test(name)) add(first)
    },
    NewExpression: ({ callee, arguments: [first, second] }) => {
      const isOfModule = second !== undefined && source.slice(second.start, second.end) === 'import.meta.url'
      if (isOfModule && callee.type === 'Identifier' && callee.name === 'URL') add(first, true)
    },
  }).visit(program)
  return found
}

/** The string that a literal is. */
function fixed(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined
  return node.quasis[0]?.value.cooked ?? undefined
}

function sourceTypeOf(file: string) {
  return /\.c[jt]s$/.test(file) ? 'commonjs' : /\.m[jt]sx?$/.test(file) ? 'module' : 'unambiguous'
}

/** Any file `.js` may have JSX, and Flow's types are none of JavaScript. */
function langOf(file: string) {
  return file.endsWith('.tsx') ? 'tsx' : /\.[cm]?ts$/.test(file) ? 'ts' : 'jsx'
}
