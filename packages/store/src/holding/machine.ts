import {
  closeSync,
  constants,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir, uptime } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { threadId } from 'node:worker_threads'

/** What this thread can see of the machine that it runs on. Nothing here throws. */
export interface Machine {
  /** As `process.platform`. */
  readonly platform: string
  readonly pid: number
  /** Node's number of this thread in its process. */
  readonly threadId: number
  /** When this thread started, in milliseconds since 1970. */
  readonly timeOrigin: number
  /** Empty where it is not known, as in Deno without `--allow-sys`. */
  hostname(): string
  /** The text of a file; empty where it cannot be read. */
  text(path: string): string
  /** What a symbolic link names; empty where it cannot be read. */
  link(path: string): string
  /** Whether the kernel knows no process of that number. `false` also where it cannot be asked. */
  isMissing(pid: number): boolean
  /** When the machine started, in milliseconds since 1970, by its clock; `NaN` where that is not known. */
  bootedAt(): number
  /** What this user's processes on this machine have noted; empty where nothing is, or where it cannot be read. */
  note(): string
  /** Notes something else; where that is not possible, or another process is quicker, nothing. */
  replaceNote(text: string): void
}

const LONGEST_NOTE = 64
/** Nothing that another user may have put there is followed, or waited for. Windows has neither flag. */
const CAREFULLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export const thisMachine: Machine = {
  platform: process.platform,
  pid: process.pid,
  threadId,
  timeOrigin: performance.timeOrigin,
  hostname: () => orEmpty(hostname),
  text: (path) => orEmpty(() => readFileSync(path, 'latin1').trim()),
  link: (path) => orEmpty(() => readlinkSync(path)),
  isMissing(pid) {
    try {
      process.kill(pid, 0)
      return false
    } catch (error) {
      // Others say nothing about the process: EPERM, or Deno's without `--allow-run`.
      return (error as NodeJS.ErrnoException).code === 'ESRCH'
    }
  },
  bootedAt() {
    try {
      return Date.now() - uptime() * 1000
    } catch {
      return Number.NaN
    }
  },
  note: () => orEmpty(readNote),
  replaceNote: (text) => quietly(() => writeNote(text)),
}

/** Local to the machine: the temporary folder of macOS and Windows is. */
function notePath(): string {
  return join(tmpdir(), `persist-boot-${process.getuid?.() ?? 'id'}`)
}

function readNote(): string {
  const fd = openSync(notePath(), CAREFULLY)
  try {
    const bytes = Buffer.alloc(LONGEST_NOTE)
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0)).trim()
  } finally {
    closeSync(fd)
  }
}

/** Whole at once, so that no process reads a part of it. */
function writeNote(text: string): void {
  const path = notePath()
  const draft = `${path}-${process.pid}-${threadId}`
  try {
    writeFileSync(draft, text, { flag: 'wx' })
    quietly(() => unlinkSync(path))
    linkSync(draft, path)
  } finally {
    quietly(() => unlinkSync(draft))
  }
}

function quietly(act: () => void): void {
  try {
    act()
  } catch {}
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
