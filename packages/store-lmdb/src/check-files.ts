import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { bytesBy } from './meta-pages.ts'

// LMDB ends the whole process where it cannot map its files as it expects. So what can be seen before it opens them is an error:
// a lock or data file that is no file or not allowed, a data file of another program or cut off, and a disk without room.

/** What LMDB calls a file that is none of its own: lmdb.h, "Return Codes". */
const MDB_INVALID = -30793
/** Another process writes the two meta pages at this moment. */
const TRIES = 3
const REST_MS = 5
/** More than a lock file takes. */
const ROOM_BYTES = 256 * 1024
/** Pages at the end that were never used need not be there; but no more than this. */
const MOST_MISSING = 64 * 1024 * 1024

/** Throws where LMDB would end the process, and adds to a file that was cut off what LMDB would look for. */
export function checkFiles(dir: string): void {
  const lock = fileAt(join(dir, 'lock.mdb'))
  const data = fileAt(join(dir, 'data.mdb'))
  if (lock !== undefined) accessSync(join(dir, 'lock.mdb'), constants.R_OK | constants.W_OK)
  if (lock === undefined || lock.blocks === 0) checkRoom(dir)
  if (data !== undefined) checkData(join(dir, 'data.mdb'))
}

/** `undefined`: nothing is there. */
function fileAt(path: string): Stats | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  // Throws for a link that leads nowhere.
  const stat = statSync(path)
  if (!stat.isFile()) throw Object.assign(new Error(`EINVAL: ${path} is not a regular file`), { code: 'EINVAL' })
  return stat
}

/** The lock file is mapped before the disk has given it room: a write into it would end the process. */
function checkRoom(dir: string): void {
  let folder = resolve(dir)
  while (lstatSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder)
    folder = dirname(folder)
  let room: number
  try {
    const { bsize, bfree, bavail } = statfsSync(folder)
    room = bsize * (process.getuid?.() === 0 ? bfree : bavail)
  } catch {
    // A runtime, or a file system, that does not say.
    return
  }
  if (room < ROOM_BYTES) throw Object.assign(new Error(`ENOSPC: no room for a lock file in ${dir}`), { code: 'ENOSPC' })
}

function checkData(path: string): void {
  for (let tries = 0; ; tries++) {
    const fd = openSync(path, 'r')
    try {
      const { size } = fstatSync(fd)
      // LMDB begins such a file itself.
      if (size === 0) return
      const bytes = bytesBy(fd)
      if (bytes === 'unknown') return
      if (bytes === 'foreign') throw invalid(path)
      if (bytes !== 'short') {
        if (size < bytes) addMissing(path, bytes - size)
        return
      }
    } finally {
      closeSync(fd)
    }
    if (tries === TRIES) throw invalid(path)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REST_MS)
  }
}

/** At the end, wherever that is by then: other processes may be writing. */
function addMissing(path: string, bytes: number): void {
  if (bytes > MOST_MISSING) throw invalid(path)
  const fd = openSync(path, 'a')
  try {
    const zeros = Buffer.alloc(Math.min(bytes, 1024 * 1024))
    for (let left = bytes; left > 0; ) left -= writeSync(fd, zeros, 0, Math.min(left, zeros.length))
  } finally {
    closeSync(fd)
  }
}

function invalid(path: string): Error {
  return Object.assign(new Error(`${path} is no LMDB file, or cut off`), { code: MDB_INVALID })
}
