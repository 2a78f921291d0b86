// One file for each thing: the build takes only those into a package that it uses.

export { isUtf8 } from 'node:buffer'
export { channel } from 'node:diagnostics_channel'
export { existsSync } from 'node:fs'
export { endianness } from 'node:os'
export { dirname, join, resolve as absolutePath } from 'node:path'
export { isDeepStrictEqual as isDeepEqual, types } from 'node:util'
export { builtInName, isBareDate, RealDate } from './built-in-classes.ts'
export { BufferClass, MAX_STRING_LENGTH } from './node/buffer.ts'
export {
  bytesToString,
  newBytes,
  utf8Bytes,
  utf8Length,
  utf8String,
  utf16String,
  viewOf,
  writeBase64,
  writeUtf8,
} from './node/bytes.ts'
export { contextStorage } from './node/context-storage.ts'
export { env } from './node/env.ts'
export { changedAt, readTextFile } from './node/files.ts'
export { builtinModule, currentFolder, mainScript, nativeRequireFrom, requireFrom } from './node/load.ts'
export { showsOnlyElements, showsSameProperties } from './node/own-properties.ts'
export { sha256 } from './node/sha256.ts'
export { sleepSync } from './node/sleep-sync.ts'
export { soon } from './node/soon.ts'
export { printToStderr } from './node/stderr.ts'
export type { ContextStorage, EventChannel, Platform, TextEncoding, TypeChecks } from './platform.ts'
export { isRawJson } from './raw-json.ts'

export const recognizesProxies = true
export const followsCalls = true
