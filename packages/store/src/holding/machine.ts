import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import { threadId } from 'node:worker_threads'

/** What this thread can see of the machine that it runs on. Nothing here throws. */
export interface Machine {
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
}

export const thisMachine: Machine = {
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
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
