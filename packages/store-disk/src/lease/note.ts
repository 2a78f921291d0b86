import { trustedIds } from '@persist/store/kit'
import { READ_FLAGS, REWRITE_FLAGS, writeFully } from '../files/file-system.ts'
import { openOwn } from '../files/own-file.ts'
import type { ResolvedOptions } from '../resolved-options.ts'

// What a holder adds to its token, which is empty at first:
//
//   000000045000              the lease holds for so long from now on, another time than the name says
//   …           p             at byte 12: the function answered with a promise
//   …            ["…","…"]↵   from byte 13 on: the ids of the leases that the holder waits for, in JSON
//
// What comes before a part may be zero bytes. An entry is longer than the first two parts, and so covers them.

const DIGITS = 12
const PROMISED = Buffer.from('p')
const WAITS_AT = DIGITS + PROMISED.length
/** 100 ids of 200 characters, each of which takes six bytes at most. */
const MOST_BYTES = WAITS_AT + 100 * 1203 + 2

/** What is written in a token. */
export interface Note {
  readonly ms?: number
  readonly promised?: boolean
  readonly waitsFor?: readonly string[]
}

/** Writes into a token how long it holds from now on. */
export function writeTime(options: ResolvedOptions, path: string, ms: number): void {
  write(options, path, Buffer.from(String(ms).padStart(DIGITS, '0')), 0)
}

/** Writes into a token that the function answered with a promise. */
export function writePromised(options: ResolvedOptions, path: string): void {
  write(options, path, PROMISED, DIGITS)
}

/** Writes into a token which leases the holder waits for. */
export function writeWaits(options: ResolvedOptions, path: string, ids: readonly string[]): void {
  const line = ids.length === 0 ? '' : `${JSON.stringify(ids)}\n`
  write(options, path, Buffer.from(line), WAITS_AT, true)
}

/** What the token holds, which has this size. Anything but a note, as an entry that is being written, holds nothing. */
export function readNote({ fs }: ResolvedOptions, path: string, size: number): Note {
  if (size < DIGITS || size > MOST_BYTES) return {}
  const bytes = Buffer.alloc(size)
  let text: string
  try {
    const fd = openOwn(fs, path, READ_FLAGS)
    try {
      text = bytes.toString('utf8', 0, fs.readSync(fd, bytes, 0, size, 0))
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return {}
  }
  const [, digits, promised, waits] = NOTE.exec(text) ?? []
  const waitsFor = waits === undefined ? [] : idsIn(waits)
  return {
    ...(digits !== undefined && { ms: Number(digits) }),
    ...(promised === 'p' && { promised: true }),
    ...(waitsFor.length > 0 && { waitsFor }),
  }
}

const NOTE = /^(?:(\d{12})|\0{12})(?:(p|\0)(?:(\[.*\])\n)?)?$/

function idsIn(line: string): readonly string[] {
  try {
    return trustedIds(JSON.parse(line))
  } catch {
    return []
  }
}

function write({ fs }: ResolvedOptions, path: string, bytes: Uint8Array, position: number, isLast = false): void {
  const fd = openOwn(fs, path, REWRITE_FLAGS)
  try {
    writeFully(fs, fd, bytes, position)
    if (isLast) fs.ftruncateSync(fd, position + bytes.length)
  } finally {
    fs.closeSync(fd)
  }
}
