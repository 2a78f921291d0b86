/**
 * What functions with `trace: true` read: files, listings, variables, and anything with a digest. Files and folders as
 * arguments.
 *
 * @module @persist/inputs
 */

export { type DirectoryArgument, directory } from './arguments/directory.ts'
export type { DirectoryOptions } from './arguments/directory-options.ts'
export { type FileArgument, file } from './arguments/file.ts'
export { env } from './read/env.ts'
export { observe } from './read/observe.ts'
export { type ListingOptions, readdir, readdirSync } from './read/read-dir.ts'
export { readFile, readFileSync } from './read/read-file.ts'
export type { PathLike } from './read/record.ts'
export { exists, existsSync, type FileFacts, stat, statSync } from './read/stat.ts'
