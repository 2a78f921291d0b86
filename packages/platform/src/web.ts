import type { AsyncLocalStorage } from 'node:async_hooks'
import { sha256 as digestOf } from '@noble/hashes/sha2.js'
import type { ContextStorage, Platform } from './platform.ts'
import { bytesToString, utf8Bytes } from './web/bytes.ts'
import { SynchronousStorage } from './web/context-storage.ts'

export { dequal as isDeepEqual } from 'dequal'
export { builtInName, isBareDate, RealDate } from './built-in-classes.ts'
export type { ContextStorage, EventChannel, Platform, TextEncoding, TypeChecks } from './platform.ts'
export { isRawJson } from './raw-json.ts'
export {
  bytesToString,
  isUtf8,
  newBytes,
  utf8Bytes,
  utf8Length,
  utf8String,
  utf16String,
  viewOf,
  writeBase64,
  writeUtf8,
} from './web/bytes.ts'
export { soon } from './web/soon.ts'
export { types } from './web/types.ts'

/** What an edge runtime may have of Node. */
interface EdgeRuntime {
  readonly AsyncLocalStorage?: typeof AsyncLocalStorage
  readonly Buffer?: typeof Buffer
  readonly process?: Partial<Pick<NodeJS.Process, 'env' | 'getBuiltinModule'>>
}

const here = globalThis as EdgeRuntime

export const recognizesProxies = false
export const BufferClass: Platform['BufferClass'] = here.Buffer

/** That of V8 on 64 bits. The engine throws for a longer string than its own longest. */
export const MAX_STRING_LENGTH = 2 ** 29 - 24

export function showsOnlyElements(): boolean {
  return false
}

export function showsSameProperties(): boolean {
  return false
}

export function endianness(): 'BE' | 'LE' {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'LE' : 'BE'
}

export const sha256: Platform['sha256'] = (input, encoding) =>
  bytesToString(digestOf(typeof input === 'string' ? utf8Bytes(input) : input), encoding)

export const env: Platform['env'] = here.process?.env ?? { NODE_ENV: nodeEnv() }

/** Bundlers write a string in the place of this expression. */
function nodeEnv(): string | undefined {
  try {
    return process.env.NODE_ENV
  } catch {
    return undefined
  }
}

export function printToStderr(text: string): void {
  console.error(text.trimEnd())
}

export function sleepSync(): never {
  throw new Error('this platform cannot wait without a promise: make the function async')
}

const Native =
  here.AsyncLocalStorage ??
  (builtinModule('node:async_hooks') as Pick<EdgeRuntime, 'AsyncLocalStorage'> | undefined)?.AsyncLocalStorage

export const followsCalls = Native !== undefined

/** The platform's own where it has one: in edge runtimes with parts of Node. */
export function contextStorage<T>(): ContextStorage<T> {
  return Native ? withoutEntering(new Native<T>()) : (new SynchronousStorage<T>() as ContextStorage<T>)
}

/** In workerd, `enterWith` always throws. */
function withoutEntering<T>(storage: AsyncLocalStorage<T>): ContextStorage<T> {
  try {
    storage.enterWith(undefined as T)
    return storage
  } catch {
    return { getStore: () => storage.getStore(), run: storage.run.bind(storage) as ContextStorage<T>['run'] }
  }
}

const SILENT = { hasSubscribers: false, publish() {} }

export const channel: Platform['channel'] = (name) =>
  (builtinModule('node:diagnostics_channel') as { channel: Platform['channel'] } | undefined)?.channel(name) ?? SILENT

export const requireFrom: Platform['requireFrom'] = undefined
export const nativeRequireFrom: Platform['nativeRequireFrom'] = undefined

/** Edge runtimes may have some modules of Node. In that of Next a look at the function is an error. */
export function builtinModule(name: Parameters<Platform['builtinModule']>[0]): ReturnType<Platform['builtinModule']> {
  try {
    return here.process?.getBuiltinModule?.(name as never)
  } catch {
    return undefined
  }
}

export function mainScript(): undefined {}

export function currentFolder(): string {
  return '/'
}

export function existsSync(): boolean {
  return false
}

export function absolutePath(path: string): string {
  return path
}

export function dirname(path: string): string {
  return path
}

export function join(folder: string, name: string): string {
  return `${folder}/${name}`
}

export function readTextFile(): never {
  throw new Error('this platform has no files')
}

export function changedAt(): never {
  return readTextFile()
}
