import ts from 'typescript-5'

/**
 * A comment after a statement is a claim if it begins with a value, as in `// 6, computed once ever`. Other comments
 * are prose.
 */
const VALUE =
  /^(?:-?\d|['"[{]|(?:true|false|null|undefined|NaN|Infinity)\b|(?:Map|Set|\w+Array)\b|[A-Z]\w*(?:Error|Iterator)\b)/

/** JavaScript of a program in which every claimed value is compared with the real one, by `shown` of the global object. */
export function instrument(source: string, fileName: string): { readonly code: string; readonly claims: number } {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.ES2022, true)
  let text = source
  let claims = 0
  for (const statement of [...file.statements].reverse()) {
    const claim = claimAfter(source, statement)
    if (claim === undefined) continue
    const changed = checked(statement, JSON.stringify(claim))
    if (changed === undefined) continue
    text = text.slice(0, statement.getStart()) + changed + text.slice(statement.end)
    claims++
  }
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      inlineSourceMap: true,
    },
  })
  return { code: outputText, claims }
}

function claimAfter(source: string, statement: ts.Statement): string | undefined {
  const comment = ts.getTrailingCommentRanges(source, statement.end)?.[0]
  if (comment?.kind !== ts.SyntaxKind.SingleLineCommentTrivia) return undefined
  const text = source.slice(comment.pos + 2, comment.end).trim()
  return VALUE.test(text) ? text : undefined
}

function checked(statement: ts.Statement, claim: string): string | undefined {
  if (ts.isExpressionStatement(statement)) {
    return `;await globalThis.shown(async () => (${statement.expression.getText()}), ${claim});`
  }
  if (!ts.isVariableStatement(statement)) return undefined
  const [declaration, another] = statement.declarationList.declarations
  if (another !== undefined || !ts.isIdentifier(declaration!.name)) return undefined
  return `${statement.getText()};await globalThis.shown(async () => ${declaration!.name.text}, ${claim});`
}
