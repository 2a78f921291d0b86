export { checkFileName, type FileNameOptions, fileNameProblem } from './file-name.ts'
export { base32Hash, hexHash, sha256 } from './hashes.ts'
