import type { AsyncLocalStorage } from 'node:async_hooks'
import type { types } from 'node:util'

/** How bytes are written. */
export type TextEncoding = 'base64' | 'base64url' | 'hex'

/** The checks of `node:util` by which the packages find out what an object really is. */
export type TypeChecks = Pick<
  typeof types,
  | 'isAnyArrayBuffer'
  | 'isArgumentsObject'
  | 'isArrayBuffer'
  | 'isBigIntObject'
  | 'isBooleanObject'
  | 'isBoxedPrimitive'
  | 'isDataView'
  | 'isDate'
  | 'isGeneratorObject'
  | 'isMap'
  | 'isMapIterator'
  | 'isModuleNamespaceObject'
  | 'isNativeError'
  | 'isNumberObject'
  | 'isPromise'
  | 'isProxy'
  | 'isRegExp'
  | 'isSet'
  | 'isSetIterator'
  | 'isSharedArrayBuffer'
  | 'isStringObject'
  | 'isSymbolObject'
  | 'isUint8Array'
  | 'isWeakMap'
  | 'isWeakSet'
> & { readonly isExternal?: (object: unknown) => boolean }

/** A value that belongs to the running code and to what it starts. Edge runtimes may have no `enterWith`. */
export type ContextStorage<T> = Pick<AsyncLocalStorage<T>, 'getStore' | 'run'> &
  Partial<Pick<AsyncLocalStorage<T>, 'enterWith'>>

/** A channel by which other code can listen to events. */
export interface EventChannel {
  readonly hasSubscribers: boolean
  publish(event: unknown): void
}

/** What the packages use of the platform. Each platform has one file with these exports. */
export interface Platform {
  readonly types: TypeChecks
  /** Whether a proxy can be recognized. Where it cannot, `types.isProxy` is always `false`. */
  readonly recognizesProxies: boolean
  /** Whether an array has only elements, seen without listing them. `false` also if that cannot be seen. */
  showsOnlyElements(array: readonly unknown[]): boolean
  /** Whether two typed arrays have the same other properties, seen without listing their elements. `false`: as above. */
  showsSameProperties(view: object, twin: () => object): boolean

  /** The order of the bytes of a number in this machine's memory. */
  endianness(): 'BE' | 'LE'
  /** The length of the longest string. */
  readonly MAX_STRING_LENGTH: number
  /** Node's class of bytes, if the platform has it. */
  readonly BufferClass: typeof Buffer | undefined
  /** A view of bytes. Throws for a detached buffer. */
  viewOf(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array
  /** Bytes whose content is arbitrary, in a buffer of their own. Throws if there is no memory. */
  newBytes(length: number): Uint8Array
  bytesToString(bytes: Uint8Array, encoding: TextEncoding): string
  /** Writes base64 into bytes, and returns how many it has written: fewer, if it is not base64. */
  writeBase64(bytes: Uint8Array, base64: string): number
  utf8Length(string: string): number
  utf8Bytes(string: string): Uint8Array
  /** Writes the UTF-8 of a string to the beginning of bytes, which are long enough. */
  writeUtf8(bytes: Uint8Array, string: string): void
  utf8String(bytes: Uint8Array): string
  utf16String(bytes: Uint8Array): string
  isUtf8(bytes: Uint8Array): boolean
  /** SHA-256 of the UTF-8 of a string, or of bytes. */
  sha256(input: string | Uint8Array, encoding: Exclude<TextEncoding, 'base64'>): string

  readonly env: Readonly<Record<string, string | undefined>>
  printToStderr(text: string): void
  /** Calls `act` after the events that are waiting. Fake timers do not replace it. */
  soon(act: () => void): void
  /** Blocks the thread, without using the processor. Throws where a thread cannot. */
  sleepSync(ms: number): void
  /** Whether the values of a {@link ContextStorage} are there after a wait, too. */
  readonly followsCalls: boolean
  contextStorage<T>(): ContextStorage<T>
  channel(name: string): EventChannel
  isDeepEqual(a: unknown, b: unknown): boolean

  /** `require` as seen from a file; `undefined` where packages cannot be loaded by name. */
  readonly requireFrom: ((from: string) => NodeJS.Require) | undefined
  /** As {@link requireFrom}, by Node itself, whatever a test runner has put in its place. */
  readonly nativeRequireFrom: ((from: string) => NodeJS.Require) | undefined
  /** A module of Node, loaded when it is asked for; `undefined` where there is none. */
  builtinModule(name: string): unknown
  /** The file of the program; `undefined` or empty where it is not known. */
  mainScript(): string | undefined
  currentFolder(): string
  existsSync(path: string): boolean
  absolutePath(path: string): string
  dirname(path: string): string
  join(folder: string, name: string): string
  /** The content of a file, and when it was changed. They throw where there are no files. */
  readTextFile(path: string): string
  changedAt(path: string): number
}
