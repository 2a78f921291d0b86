import { READ_FLAGS, REWRITE_FLAGS } from '../files/file-system.ts'
import { openOwn } from '../files/own-file.ts'
import type { Plan } from '../plan.ts'

// What a holder adds to its token, which is empty at first. An entry is longer, and so covers it:
//
//   000000045000     the lease holds for so long from now on, another time than the name says
//   …           p    at byte 12: the function answered with a promise; what comes before it may be zero bytes

const DIGITS = 12
const PROMISED = Buffer.from('p')

/** What is written in a token. */
export interface Note {
  readonly ms?: number
  readonly promised?: boolean
}

/** Writes into a token how long it holds from now on. */
export function writeTime(plan: Plan, path: string, ms: number): void {
  write(plan, path, Buffer.from(String(ms).padStart(DIGITS, '0')), 0)
}

/** Writes into a token that the function answered with a promise. */
export function writePromised(plan: Plan, path: string): void {
  write(plan, path, PROMISED, DIGITS)
}

/** What the token holds, which has this size. Anything but a note, as an entry that is being written, holds nothing. */
export function readNote({ fs }: Plan, path: string, size: number): Note {
  if (size !== DIGITS && size !== DIGITS + 1) return {}
  const bytes = Buffer.alloc(DIGITS + 1)
  let text: string
  try {
    const fd = openOwn(fs, path, READ_FLAGS)
    try {
      text = bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, bytes.length, 0))
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return {}
  }
  const digits = /^\d{12}/.exec(text)?.[0]
  return {
    ...(digits !== undefined && { ms: Number(digits) }),
    ...(text.length === DIGITS + 1 && text.endsWith('p') && { promised: true }),
  }
}

function write({ fs }: Plan, path: string, bytes: Uint8Array, position: number): void {
  const fd = openOwn(fs, path, REWRITE_FLAGS)
  try {
    fs.writeSync(fd, bytes, 0, bytes.length, position)
  } finally {
    fs.closeSync(fd)
  }
}
