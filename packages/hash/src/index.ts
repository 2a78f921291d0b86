/**
 * File-name-safe hashes of canonical keys, and a check of file names that users make.
 *
 * @module @persist/hash
 */

export { checkFileName, type FileNameOptions, fileNameProblem } from './file-name.ts'
export { base32Hash, hexHash, sha256 } from './hashes.ts'
