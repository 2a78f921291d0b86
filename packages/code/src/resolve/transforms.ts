/** The settings that tsx, ts-node, Bun, swc and bundlers obey. Those of types alone change nothing that runs. */
export const TRANSFORMING = [
  ...['alwaysStrict', 'downlevelIteration', 'emitDecoratorMetadata', 'esModuleInterop', 'experimentalDecorators'],
  ...['importHelpers', 'importsNotUsedAsValues', 'isolatedModules', 'jsx', 'jsxFactory', 'jsxFragmentFactory'],
  ...['jsxImportSource', 'module', 'preserveConstEnums', 'preserveValueImports', 'strict', 'target'],
  ...['useDefineForClassFields', 'verbatimModuleSyntax'],
]

/** Those of them that are set, as a string. */
export function transformsIn(compilerOptions: Readonly<Record<string, unknown>>): string {
  return TRANSFORMING.filter((name) => compilerOptions[name] !== undefined)
    .map((name) => `${name}=${JSON.stringify(compilerOptions[name])}`)
    .join(' ')
}
