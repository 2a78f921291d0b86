import { createHash } from 'node:crypto'
import type { Holder, Sign } from '../holder.ts'
import type { Machine } from './machine.ts'
import { notedBoot } from './noted-boot.ts'

/** Finds out for one thread whether other holders are alive. */
export class Witness {
  readonly self: Holder
  readonly #machine: Machine
  /**
   * Whether a process id means the same process for all holders with our `host`. A host name does not prove it: two
   * containers, or two Macs, may have the same name.
   */
  readonly #sharesPids: boolean
  /** Whether threads and their starts can be compared too. */
  readonly #sharesThreads: boolean

  constructor(machine: Machine) {
    this.#machine = machine
    const boot = machine.text('/proc/sys/kernel/random/boot_id')
    const pids = machine.link('/proc/self/ns/pid')
    const noted = notedBoot(machine)
    this.#sharesThreads = boot !== '' && pids !== ''
    this.#sharesPids = this.#sharesThreads || noted !== ''
    // Another time namespace shifts the start times that the kernel shows (time_namespaces(7)).
    const ofKernel = [boot, pids, machine.link('/proc/self/ns/time')]
    const ofNames = noted === '' ? [boot, machine.hostname()] : ['noted', noted]
    this.self = {
      host: digest(JSON.stringify(this.#sharesThreads ? ofKernel : ofNames)),
      pid: machine.pid,
      ...this.#thread(),
    }
  }

  signOf(holder: Holder): Sign {
    const { self } = this
    if (holder.host !== self.host) return 'silent'
    if (holder.pid === self.pid && holder.thread === self.thread && holder.start === self.start) return 'self'
    if (!this.#sharesPids) return 'silent'
    if (this.#machine.isMissing(holder.pid)) return 'gone'
    // A process of that number exists, which may be a later one, or may have ended the thread: its heartbeat shows it.
    if (!this.#sharesThreads) return 'silent'
    // Our own process exists. That does not show whether one of its threads does.
    if (!isOfKernel(holder) || !isOfKernel(self)) return holder.pid === self.pid ? 'silent' : 'likely'
    const stat = this.#threadStat(`/proc/${holder.pid}/task/${holder.thread}/stat`)
    // The system may hide a whole process of another user (hidepid). If only the thread is missing, it has ended.
    if (stat === undefined) return this.#threadStat(`/proc/${holder.pid}/stat`) === undefined ? 'likely' : 'gone'
    if (stat.start !== holder.start || /[ZXx]/.test(stat.state)) return 'gone'
    return /[Tt]/.test(stat.state) ? 'silent' : 'alive'
  }

  #thread(): { thread: string; start: string } {
    const { pid, threadId, timeOrigin } = this.#machine
    // `/proc` may belong to another process-id namespace than this process. Its numbers then mean other processes.
    const thread = /^(\d+)\/task\/(\d+)$/.exec(this.#machine.link('/proc/thread-self'))
    const start = thread?.[1] === String(pid) ? this.#threadStat(`/proc/${thread[0]}/stat`)?.start : undefined
    return start === undefined
      ? { thread: `w${threadId}`, start: String(Math.round(timeOrigin * 1000)) }
      : { thread: thread![2]!, start }
  }

  /** Fields 3 and 22 of `proc_pid_stat(5)`; the second field may contain spaces and parentheses. */
  #threadStat(path: string): { state: string; start: string } | undefined {
    const stat = this.#machine.text(path)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields.length < 20 ? undefined : { state: fields[0]!, start: fields[19]! }
  }
}

/** Whether the thread and its start are the kernel's, so that they can be compared with `/proc`. */
function isOfKernel({ thread, start }: Holder): boolean {
  return !thread.startsWith('w') && start !== '0'
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
