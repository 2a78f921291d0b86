import { constants } from 'node:fs'
import { type FileSystem, withCalls } from './file-system.ts'

/** A file system in which every call that would change something fails with EROFS, as on a disk that may only be read. */
export function readOnly(fs: FileSystem): FileSystem {
  const calls = {
    openSync: (path, flags, mode) => (isRead(flags) ? fs.openSync(path, flags, mode) : refuse('open', path)),
    renameSync: (from) => refuse('rename', from),
    mkdirSync: (path) => refuse('mkdir', path),
    unlinkSync: (path) => refuse('unlink', path),
    linkSync: (from) => refuse('link', from),
    lutimesSync: (path) => refuse('lutimes', path),
  } satisfies Partial<FileSystem>
  return withCalls(fs, calls)
}

/** Whether a file that is opened with these flags can only be read. */
export function isRead(flags: string | number | undefined): boolean {
  return typeof flags === 'number'
    ? (flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT)) === 0
    : flags === 'r'
}

function refuse(call: string, path: string): never {
  throw Object.assign(new Error(`EROFS: opened for reading only, ${call} '${path}'`), { code: 'EROFS' })
}
