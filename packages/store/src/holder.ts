/**
 * Who holds a lease, whether that process is alive, and for how long a lease has shown no sign of life.
 *
 * @module @persist/store/holder
 */

import { hash as digest } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

export { Sightings, trustedMs } from './sightings.ts'

/** Who holds a lease: a thread of a process of a host, told apart from all others, later ones too. */
export interface Holder {
  /** Digest of the kernel's boot and the process-id namespace: pids can be compared where it is the same. */
  readonly host: string
  readonly pid: number
  /** The kernel's id of the thread, or `w` and Node's where the kernel's is unknown. */
  readonly thread: string
  /** When the thread started, in the kernel's ticks; `0`: unknown. */
  readonly start: string
}

/**
 * What can be told of a holder from here. `self`: this very thread. `alive`: its thread exists and is not stopped.
 * `likely`: a process with its pid exists, which may be a later one. `silent`: it is stopped, or on another host: nothing
 * but its heartbeat tells.
 */
export type Sign = 'self' | 'alive' | 'likely' | 'gone' | 'silent'

let me: Holder | undefined

/**
 * This thread.
 *
 * @example
 * ```ts
 * thisHolder().pid === process.pid   // true
 * ```
 */
export function thisHolder(): Holder {
  me ??= identify()
  return me
}

/**
 * What can be told of a holder.
 *
 * @example
 * ```ts
 * signOf(thisHolder())   // 'self'
 * ```
 */
export function signOf(holder: Holder): Sign {
  const self = thisHolder()
  if (holder.host !== self.host) return 'silent'
  if (holder.pid === self.pid && holder.thread === self.thread && holder.start === self.start) return 'self'
  if (!processExists(holder.pid)) return 'gone'
  if (holder.start === '0' || self.start === '0') return 'likely'
  const stat = threadStat(`/proc/${holder.pid}/task/${holder.thread}/stat`)
  // A process of another user may be hidden altogether (hidepid); a thread that alone is missing has ended.
  if (stat === undefined) return threadStat(`/proc/${holder.pid}/stat`) === undefined ? 'likely' : 'gone'
  if (stat.start !== holder.start || /[ZXx]/.test(stat.state)) return 'gone'
  return /[Tt]/.test(stat.state) ? 'silent' : 'alive'
}

function identify(): Holder {
  const boot = text('/proc/sys/kernel/random/boot_id')
  const pids = link('/proc/self/ns/pid')
  const host = digest('sha256', JSON.stringify([boot === '' ? hostname() : boot, pids]), 'hex').slice(0, 12)
  // `/proc` may belong to another process-id namespace than this process; then its numbers mean others.
  const thread = /^(\d+)\/task\/(\d+)$/.exec(link('/proc/thread-self'))
  const start = thread?.[1] === String(process.pid) ? threadStat(`/proc/${thread[0]}/stat`)?.start : undefined
  return start === undefined
    ? { host, pid: process.pid, thread: `w${threadId}`, start: '0' }
    : { host, pid: process.pid, thread: thread![2]!, start }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Fields 3 and 22 of `proc_pid_stat(5)`; the second field may hold blanks and brackets of its own. */
function threadStat(path: string): { state: string; start: string } | undefined {
  const stat = text(path)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.length < 20 ? undefined : { state: fields[0]!, start: fields[19]! }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch {
    return ''
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
