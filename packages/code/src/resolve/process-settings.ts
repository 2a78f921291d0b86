import { resolve } from 'node:path'

/** What the running process says of where imports lead. */
export interface ProcessSettings {
  /** The conditions of packages that the process was started with, in order. */
  readonly conditions: readonly string[]
  /** Where tsx looks for the tsconfig.json of all files: a file, or a folder. `undefined`: tsx does not run the program. */
  readonly tsconfig: string | undefined
}

/** `tsx`, `tsx/esm`, or a path in its package. */
const TSX = /(?:^|[/\\=])tsx(?:$|[/\\@])/

const NONE: ProcessSettings = { conditions: [], tsconfig: undefined }

export function processSettings(): ProcessSettings {
  const { execArgv } = process
  const options = process.env.NODE_OPTIONS
  // Most processes have neither, and a warm start does little else.
  if (execArgv.length === 0 && !options) return NONE
  const words = options ? [...execArgv, ...wordsOf(options)] : execArgv
  return { conditions: conditionsOf(words), tsconfig: words.some((word) => TSX.test(word)) ? ofTsx() : undefined }
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
  try {
    return resolve(process.env.TSX_TSCONFIG_PATH ?? '.')
  } catch {
    // The working directory is gone.
    return undefined
  }
}
