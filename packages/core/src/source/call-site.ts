import type { AnyFunction } from '../types/functions.ts'

/** One frame of the stack: where a function stood when it called the next one. */
export interface Frame {
  /** A path or a URL, without query and fragment. */
  readonly file: string
  /** The query and fragment of the URL, `''` where there is none. */
  readonly query: string
  /** Whether the runtime's own loader of ES modules loaded it, which evaluates one URL once. */
  readonly isLoadedOnce: boolean
  readonly line: number
  readonly column: number
  readonly functionName: string
  /** Where the function of this frame begins in its file. */
  readonly begin: { readonly line: number; readonly column: number } | undefined
  /** Whether this is code that was given as text, which dev servers evaluate under the name of a file. */
  readonly isEval: boolean
  /** Whether it waits at an `await`, instead of running. */
  readonly isAsync: boolean
}

/** The stack of a call, the caller first. */
export type CallSite = readonly Frame[]

/** Gives the stack of the call, if the runtime has one. It is read on first use, because most are never read. */
export type LazyCallSite = () => CallSite | undefined

const DEPTH = 64

/**
 * Remembers from where `entry` was called.
 *
 * V8 takes the raw stack at once and turns it into frames on first use, which halves the cost. Bun does both at once. The
 * settings that others made (`Error.stackTraceLimit`, and `Error.prepareStackTrace` of source-map-support or tsx) are put back at once.
 */
export function captureCallSite(entry: AnyFunction): LazyCallSite {
  const holder: { stack?: unknown } = {}
  const isBun = 'Bun' in globalThis
  const capture = () =>
    setting('stackTraceLimit', DEPTH, () => Error.captureStackTrace(holder, isBun ? undefined : entry))
  if (isBun) withFrames(capture)
  else capture()
  let read: { site: CallSite | undefined } | undefined
  return () => {
    if (read === undefined) {
      const frames = framesOf(withFrames(() => holder.stack))
      // Bun drops the frame of a function that calls another one last, so `entry` may not be there.
      read = { site: isBun ? frames?.slice(frames.findIndex(({ file }) => file !== frames[0]!.file)) : frames }
    }
    return read.site
  }
}

/** Acts while stacks are frames, not text. */
function withFrames<T>(act: () => T): T | undefined {
  return setting('prepareStackTrace', (_: unknown, frames: unknown) => frames, act)
}

/** Acts while a property of `Error` has a value, and puts back what was there. Frozen intrinsics give no stack. */
function setting<T>(property: 'stackTraceLimit' | 'prepareStackTrace', value: unknown, act: () => T): T | undefined {
  const settings: Record<string, unknown> = Error as never
  try {
    const isSet = Object.hasOwn(settings, property)
    const before = settings[property]
    // An assignment: Bun does not notice a redefinition.
    settings[property] = value
    try {
      return act()
    } finally {
      if (isSet) settings[property] = before
      else delete settings[property]
    }
  } catch {
    return undefined
  }
}

function framesOf(stack: unknown): CallSite | undefined {
  if (!Array.isArray(stack) || stack.length === 0) return undefined
  // A frame without a file is native, such as that of `Array.map`.
  return (stack as NodeJS.CallSite[]).map(frameOf)
}

function frameOf(frame: NodeJS.CallSite): Frame {
  // Deno and Bun do not have these two.
  const line = frame.getEnclosingLineNumber?.()
  const column = frame.getEnclosingColumnNumber?.()
  return {
    ...placeOf(frame.getScriptNameOrSourceURL() ?? frame.getFileName() ?? ''),
    line: frame.getLineNumber() ?? 0,
    column: frame.getColumnNumber() ?? 0,
    functionName: frame.getFunctionName() ?? '',
    // Vitest puts its wrapper in front of the first column, which V8 gives as null.
    begin: typeof line === 'number' ? { line, column: column ?? 0 } : undefined,
    isEval: frame.isEval(),
    isAsync: frame.isAsync?.() ?? false,
  }
}

function placeOf(name: string): Pick<Frame, 'file' | 'query' | 'isLoadedOnce'> {
  const [, path = name, query = ''] = /^((?:[^?#]|#(?!.*\?))*?)([?#].*)?$/s.exec(name) ?? []
  return { file: fileOf(path), query, isLoadedOnce: name.startsWith('file://') }
}

/** One name for one file: Node gives ES modules as URLs and CommonJS modules as paths. */
function fileOf(path: string): string {
  // webpack evaluates one module once per layer in development: `webpack-internal:///(rsc)/./lib/load.ts`.
  const unlayered = path.replace(/^(webpack-internal:\/\/\/)\([^)]*\)\//, '$1')
  if (!unlayered.startsWith('file://')) return unlayered.replaceAll('\\', '/')
  const pathname = unlayered.slice('file://'.length).replace(/^\/(?=[A-Za-z]:)/, '')
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
