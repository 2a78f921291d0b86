import { builtinModule } from '@persist/platform'
import type { Frame } from './call-site.ts'

/** A place in a file, as its author wrote it. */
export interface OriginalPlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

type FindSourceMap = (file: string) =>
  | {
      findEntry(
        line: number,
        column: number,
      ): { readonly originalSource?: string; readonly originalLine?: number; readonly originalColumn?: number }
    }
  | undefined

/** The place of a frame as its author wrote it, if the runtime keeps source maps, or if the host does, as Vitest and Jest do. */
export function mappedPlace(frame: Frame): OriginalPlace | undefined {
  return placeByRuntime(frame) ?? placeByHost(frame)
}

/** The place by the source maps of Node (`--enable-source-maps`). */
export function placeByRuntime({ file, line, column }: Frame): OriginalPlace | undefined {
  const module = builtinModule('node:module') as { readonly findSourceMap?: FindSourceMap } | undefined
  try {
    const { originalSource, originalLine, originalColumn } =
      module?.findSourceMap?.(file)?.findEntry(line - 1, column - 1) ?? {}
    if (originalSource === undefined || originalLine === undefined) return undefined
    const path = originalSource.replace(/^file:\/\/(?:\/(?=[A-Za-z]:))?/, '')
    return { file: path, line: originalLine + 1, column: (originalColumn ?? 0) + 1 }
  } catch {
    // A map that cannot be read, or a runtime with another method.
    return undefined
  }
}

/** The place that a host's `Error.prepareStackTrace` prints for a frame. */
function placeByHost(frame: Frame): OriginalPlace | undefined {
  try {
    const printed: unknown = Error.prepareStackTrace?.(new Error(''), [new PrintedFrame(frame) as never])
    const [, file, line, column] =
      (typeof printed === 'string' && /([^\s(][^\n(]*):(\d+):(\d+)\)?\s*$/.exec(printed)) || []
    if (file === undefined || (Number(line) === frame.line && Number(column) === frame.column)) return undefined
    return { file: file.replace(/^at (?:async )?/, ''), line: Number(line), column: Number(column) }
  } catch {
    return undefined
  }
}

/** What hosts ask of a frame of V8. It keeps no function alive. Hosts copy the methods of its prototype. */
class PrintedFrame {
  readonly #frame: Frame

  constructor(frame: Frame) {
    this.#frame = frame
  }

  getFileName(): string {
    return this.#frame.file + this.#frame.query
  }

  getScriptNameOrSourceURL(): string {
    return this.getFileName()
  }

  getLineNumber(): number {
    return this.#frame.line
  }

  getColumnNumber(): number {
    return this.#frame.column
  }

  getFunctionName(): null {
    return null
  }

  getMethodName(): null {
    return null
  }

  getTypeName(): null {
    return null
  }

  getEvalOrigin(): undefined {
    return undefined
  }

  getThis(): undefined {
    return undefined
  }

  getFunction(): undefined {
    return undefined
  }

  isNative(): boolean {
    return false
  }

  isToplevel(): boolean {
    return true
  }

  isEval(): boolean {
    return this.#frame.isEval
  }

  isConstructor(): boolean {
    return false
  }

  isAsync(): boolean {
    return false
  }

  isPromiseAll(): boolean {
    return false
  }

  toString(): string {
    return `${this.getFileName()}:${this.getLineNumber()}:${this.getColumnNumber()}`
  }
}
