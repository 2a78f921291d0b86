import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { bytesBy } from './meta-pages.ts'
import { checkRoom } from './room.ts'

// LMDB ends the whole process if it cannot map its files as it expects. These checks run before LMDB opens the files, and
// throw an error for a lock or data file that is not a regular file or may not be opened, a data file that belongs to another
// program or lacks too much of its end, and a full disk.

/** LMDB's error code for a file that is not an LMDB file: lmdb.h, "Return Codes". */
const MDB_INVALID = -30793
/** How often a check is repeated: another process may be writing the two meta pages at this moment. */
const TRIES = 3
const REST_MS = 5
/** More than a lock file needs. */
const ROOM_BYTES = 256 * 1024
/** Unused pages at the end of a data file may be missing, but not more bytes than this. */
const MOST_MISSING = 64 * 1024 * 1024

/** Throws if LMDB would end the process. Adds the missing end to a data file that only lacks a short one. */
export function checkFiles(dir: string): void {
  const lock = fileAt(join(dir, 'lock.mdb'))
  const data = fileAt(join(dir, 'data.mdb'))
  if (lock !== undefined) checkAccess(join(dir, 'lock.mdb'), constants.R_OK | constants.W_OK)
  if (lock === undefined || lock.blocks === 0) checkRoomForLock(dir)
  if (data !== undefined) checkData(join(dir, 'data.mdb'))
}

/** `undefined`: the path does not exist. */
function fileAt(path: string): Stats | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  // Throws for a link without a target.
  const stat = statSync(path)
  if (!stat.isFile()) throw Object.assign(new Error(`EINVAL: ${path} is not a regular file`), { code: 'EINVAL' })
  return stat
}

/** LMDB maps the lock file before the disk allocates space for it: on a full disk, a write to it would end the process. */
function checkRoomForLock(dir: string): void {
  let folder = resolve(dir)
  while (lstatSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder)
    folder = dirname(folder)
  // LMDB would name the missing folder, and not what stands in the way of making it.
  checkAccess(folder, constants.W_OK)
  checkRoom(folder, ROOM_BYTES)
}

/** Deno checks nothing without `--allow-sys=uid`. */
function checkAccess(path: string, mode: number): void {
  try {
    accessSync(path, mode)
  } catch (error) {
    if ((error as Error).name !== 'NotCapable') throw error
  }
}

function checkData(path: string): void {
  for (let tries = 0; ; tries++) {
    const fd = openSync(path, 'r')
    try {
      const { size } = fstatSync(fd)
      // LMDB itself fills an empty file.
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

/** Appends zeros at the current end of the file: other processes may be writing to it. */
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
