import type { AnyFunction } from '../types/functions.ts'
import { isNamedByBundler, resourceOf } from './bundler-names.ts'

/** One frame of the stack: the place from which a function called the next one. */
export interface Frame {
  /** A path or a URL, without query and fragment. */
  readonly file: string
  /** The query and fragment of the URL, `''` where there is none. */
  readonly query: string
  /** Whether the runtime's loader of ES modules loaded the file: that loader evaluates each URL once. */
  readonly isLoadedOnce: boolean
  readonly line: number
  readonly column: number
  readonly functionName: string
  /** The beginning of the frame's function in its file. */
  readonly begin: { readonly line: number; readonly column: number } | undefined
  /** Whether the code was evaluated from a string, as dev servers do under the name of a file. */
  readonly isEval: boolean
  /** Whether the runtime says that the frame is the body of a module. Only Bun distinguishes it from functions without names. */
  readonly isModuleCode?: boolean
  /** Whether the frame waits at an `await`. */
  readonly isAsync: boolean
}

/** The stack of a call, the caller first. */
export type CallSite = readonly Frame[]

/** Returns the stack of the call, if the runtime has one. The stack is read on first use, since most are never read. */
export type LazyCallSite = () => CallSite | undefined

/** A stack, and the files in it, which keep no function alive. */
export interface CapturedSite {
  readonly site: LazyCallSite
  /** The files, that of the caller first; empty if the runtime has no stacks. */
  readonly files: readonly string[]
  /** The files with their queries, and with what else distinguishes modules of one file. */
  readonly modules: readonly string[]
}

const DEPTH = 64

/**
 * Captures the stack from which `entry` was called.
 *
 * The names of the files are read now, the frames on first use, which halves the cost. Settings of others (`Error.stackTraceLimit`, and `Error.prepareStackTrace` of source-map-support or tsx) are restored afterwards.
 */
export function captureCallSite(entry: AnyFunction): CapturedSite {
  const holder: { stack?: unknown } = {}
  const isBun = 'Bun' in globalThis
  const capture = () =>
    setting('stackTraceLimit', DEPTH, () => Error.captureStackTrace(holder, isBun ? undefined : entry))
  const stack = withFrames(() => {
    capture()
    return holder.stack
  })
  const raw = Array.isArray(stack) && stack.length > 0 ? (stack as NodeJS.CallSite[]) : undefined
  // Bun drops the frames of tail calls, so `entry` may be missing.
  const ours = isBun && raw !== undefined ? raw.findIndex((frame) => nameOf(frame) !== nameOf(raw[0]!)) : 0
  const frames = raw?.slice(ours)
  let read: { site: CallSite | undefined } | undefined
  return {
    site: () => {
      // A frame without a file is native, such as that of `Array.map`.
      read ??= { site: frames?.map(frameOf) }
      return read.site
    },
    ...modulesOf(frames),
  }
}

function modulesOf(frames: readonly NodeJS.CallSite[] = []): Pick<CapturedSite, 'files' | 'modules'> {
  const names = frames.map(nameOf)
  const places = new Map<string, ReturnType<typeof placeOf>>()
  for (const name of names)
    if (name !== '' && !name.startsWith('node:') && !places.has(name)) places.set(name, placeOf(name))
  const modules = [...places.values()].map(({ file, query }) => file + query)
  for (const [index, name] of names.entries()) {
    if (!isNamedByBundler(name)) continue
    const { file, query } = places.get(name)!
    modules.push(file + resourceOf(file, query, frames[index + 1]?.getFunctionName() ?? undefined))
  }
  return { files: [...new Set([...places.values()].map(({ file }) => file))], modules }
}

/** Runs `act` while stacks are arrays of frames, not strings. */
function withFrames<T>(act: () => T): T | undefined {
  return setting('prepareStackTrace', (_: unknown, frames: unknown) => frames, act)
}

/** Runs `act` while a property of `Error` has a value, then restores the property. Frozen intrinsics give no stack. */
function setting<T>(property: 'stackTraceLimit' | 'prepareStackTrace', value: unknown, act: () => T): T | undefined {
  const settings: Record<string, unknown> = Error as never
  try {
    const isSet = Object.hasOwn(settings, property)
    const before = settings[property]
    // An assignment, since Bun ignores `defineProperty` here.
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

const nameOf = (frame: NodeJS.CallSite) => frame.getScriptNameOrSourceURL() ?? frame.getFileName() ?? ''

function frameOf(frame: NodeJS.CallSite): Frame {
  // Deno and Bun lack these two methods.
  const line = frame.getEnclosingLineNumber?.()
  const column = frame.getEnclosingColumnNumber?.()
  const place = placeOf(nameOf(frame))
  const isEval = frame.isEval()
  return {
    ...place,
    // Turbopack gives what it evaluates after an edit the URL of a file.
    isLoadedOnce: place.isLoadedOnce && !isEval,
    line: frame.getLineNumber() ?? 0,
    column: frame.getColumnNumber() ?? 0,
    functionName: frame.getFunctionName() ?? '',
    // Vitest puts its wrapper before the first column, which V8 reports as null.
    begin: typeof line === 'number' ? { line, column: column ?? 0 } : undefined,
    isEval,
    // Bun prints `/rows.ts:1:2` for a module, and `<anonymous> (/rows.ts:1:2)` for a function.
    isModuleCode:
      'Bun' in globalThis && `${frame}` === `${nameOf(frame)}:${frame.getLineNumber()}:${frame.getColumnNumber()}`,
    isAsync: frame.isAsync?.() ?? false,
  }
}

const IS_URL = /^[a-z][a-z\d+.-]+:/i

/** The query of a URL, or of a path to which a dev server has appended one. The folders of a path may have any name. */
function placeOf(name: string): Pick<Frame, 'file' | 'query' | 'isLoadedOnce'> {
  const [, path = name, query = ''] =
    (IS_URL.test(name) ? /^((?:[^?#]|#(?!.*\?))*?)([?#].*)?$/s : /^(.*\.\w+)(\?[^/]*)$/s).exec(name) ?? []
  return { file: fileOf(path), query, isLoadedOnce: name.startsWith('file://') }
}

/** One name per file: Node reports ES modules as URLs and CommonJS modules as paths. */
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
