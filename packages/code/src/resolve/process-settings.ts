import { delimiter, resolve } from 'node:path'
import { transformsIn } from './transforms.ts'

/** What the running process says of where imports lead. */
export interface ProcessSettings {
  /** The conditions of packages that the process was started with, in order. */
  readonly conditions: readonly string[]
  /** Where tsx looks for the tsconfig.json of all files: a file, or a folder. `undefined`: tsx does not run the program. */
  readonly tsconfig: string | undefined
  /** The settings by which ts-node runs all files. `undefined`: it does not run the program. */
  readonly tsNode: string | undefined
  /** The folders of `NODE_PATH`, where `require` looks for what no `node_modules` has; so do Bun, Jest and bundlers. */
  readonly nodePath: readonly string[]
}

/** `tsx`, `tsx/esm`, or a path in its package. */
const TSX = /(?:^|[/\\=])tsx(?:$|[/\\@])/

const NONE: ProcessSettings = { conditions: [], tsconfig: undefined, tsNode: undefined, nodePath: [] }

const TS_NODE = Symbol.for('ts-node.register.instance')

interface TsNode {
  readonly config?: { readonly options?: Readonly<Record<string, unknown>> | undefined } | undefined
}

/** Where tsx looked for its settings, unless the program had left it before. `undefined`: the folder is gone, or Deno would ask for permission. */
const startedIn = 'Deno' in globalThis ? undefined : workingDirectory()

export function processSettings(): ProcessSettings {
  const { execArgv } = process
  const options = process.env.NODE_OPTIONS
  const tsNode = ofTsNode()
  // Most processes have none of them, and a warm start does little else.
  const nodePath = ofNodePath()
  if (execArgv.length === 0 && !options && tsNode === undefined && nodePath.length === 0) return NONE
  const words = options ? [...execArgv, ...wordsOf(options)] : execArgv
  return {
    conditions: conditionsOf(words),
    tsconfig: words.some((word) => TSX.test(word)) ? ofTsx() : undefined,
    tsNode,
    nodePath,
  }
}

/** What the commands in `node_modules/.bin` add: the program finds the same with and without them, as far as it names its packages. */
const OF_PNPM = /[/\\]node_modules[/\\]\.pnpm[/\\]/

/** Deno, which does not obey it, may ask for permission. */
function ofNodePath(): readonly string[] {
  const folders = 'Deno' in globalThis ? undefined : process.env.NODE_PATH
  if (!folders || startedIn === undefined) return []
  return folders
    .split(delimiter)
    .flatMap((folder) => (folder === '' ? [] : resolve(startedIn, folder)))
    .filter((folder) => !OF_PNPM.test(folder))
}

/** https://nodejs.org/api/packages.html#resolving-user-conditions */
function conditionsOf(words: readonly string[]): string[] {
  const found = words.flatMap((word, index) => {
    if (word === '-C' || word === '--conditions') return words[index + 1] ?? []
    return word.startsWith('--conditions=') ? word.slice('--conditions='.length) : []
  })
  return [...new Set(found)].sort()
}

/** As Node reads NODE_OPTIONS: double quotes keep spaces, and in quotes a backslash keeps the next letter. */
function wordsOf(options: string): string[] {
  const words = options.match(/(?:"(?:\\.|[^"\\])*"|[^" ])+/g) ?? []
  return words.map((word) =>
    word.replaceAll(/"((?:\\.|[^"\\])*)"/g, (_, quoted: string) => quoted.replaceAll(/\\(.)/g, '$1')),
  )
}

/** https://tsx.is/typescript#custom-tsconfig-json-path */
function ofTsx(): string | undefined {
  return startedIn === undefined ? undefined : resolve(startedIn, process.env.TSX_TSCONFIG_PATH ?? '.')
}

function workingDirectory(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/** https://typestrong.org/ts-node/api/index.html#REGISTER_INSTANCE */
function ofTsNode(): string | undefined {
  const service = Object.getOwnPropertyDescriptor(process, TS_NODE)?.value as TsNode | undefined
  const options = service?.config?.options
  return options && `ts-node ${transformsIn(options)}`
}
