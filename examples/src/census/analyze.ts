import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { parse } from '@babel/parser'
import type { SourceFile } from './files.ts'

/** The facts about one file. */
export interface Analysis {
  readonly bytes: number
  readonly compressed: number
  /** The number of declarations of each kind. */
  readonly declarations: ReadonlyMap<string, number>
  readonly longestSignature: { readonly name: string; readonly length: number } | undefined
}

interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
}

const KINDS: Readonly<Record<string, string>> = {
  TSInterfaceDeclaration: 'interface',
  TSTypeAliasDeclaration: 'type',
  TSEnumDeclaration: 'enum',
  TSModuleDeclaration: 'namespace',
  ClassDeclaration: 'class',
  VariableDeclarator: 'variable',
  TSDeclareFunction: 'function',
}
const SIGNATURES = new Set(['TSDeclareFunction', 'TSMethodSignature', 'TSDeclareMethod', 'TSCallSignatureDeclaration'])

/** Parses a declaration file, counts its declarations, and compresses it as much as possible. This is worth storing. */
export function analyze(file: SourceFile): Analysis {
  const text = readFileSync(join(file.root, file.path), 'utf8')
  const declarations = new Map<string, number>()
  let longest: Analysis['longestSignature']
  for (const node of walk(
    parse(text, {
      sourceType: 'module',
      errorRecovery: true,
      plugins: [['typescript', { dts: true }], 'decoratorAutoAccessors'],
    }),
  )) {
    const kind = KINDS[node.type]
    if (kind !== undefined) declarations.set(kind, (declarations.get(kind) ?? 0) + 1)
    const length = node.end - node.start
    if (SIGNATURES.has(node.type) && length > (longest?.length ?? 0)) longest = { name: nameOf(node), length }
  }
  const compressed = brotliCompressSync(text).byteLength
  return { bytes: Buffer.byteLength(text), compressed, declarations, longestSignature: longest }
}

function* walk(root: unknown): Generator<SyntaxNode> {
  const ahead = [root]
  for (let next = ahead.pop(); ahead.length > 0 || next !== undefined; next = ahead.pop()) {
    if (next === null || typeof next !== 'object') continue
    if (isSyntaxNode(next)) yield next
    // A comment may belong to several nodes. Tokens and positions declare nothing.
    for (const [name, child] of Object.entries(next)) if (!/Comments$|^loc$|^extra$/.test(name)) ahead.push(child)
  }
}

function isSyntaxNode(value: object): value is SyntaxNode {
  return 'type' in value && typeof value.type === 'string' && 'start' in value
}

function nameOf(node: object): string {
  const { id, key } = node as { id?: { name?: string } | null; key?: { name?: string; value?: string } }
  return id?.name ?? key?.name ?? key?.value ?? '(call)'
}
