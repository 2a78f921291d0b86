import { createHash } from 'node:crypto'
import type { Machine } from './machine.ts'

/** A clock that all processes of one machine share from its start to its end, and that nothing sets. */
export interface BootClock {
  /** Names this start of this machine: only times of the same start can be compared. */
  readonly boot: string
  /** Milliseconds since the machine started, also those that it slept; `undefined` where the clock cannot be read. */
  now(): number | undefined
}

/** The boot clock of a machine; `undefined` where its kernel shows none, as on macOS and Windows. */
export function bootClockOf(machine: Machine): BootClock | undefined {
  const boot = machine.text('/proc/sys/kernel/random/boot_id')
  const mounts = machine.text('/proc/self/mountinfo')
  // A container can have a file of its own in the place of the kernel's, as LXC does. Its times compare with no other's.
  if (boot === '' || mounts === '' || mounts.includes(' /proc/uptime ')) return undefined
  const now = () => {
    const seconds = /^\d+(\.\d+)? /.exec(machine.text('/proc/uptime'))?.[0]
    return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000)
  }
  if (now() === undefined) return undefined
  // Another time namespace shifts what the kernel shows (time_namespaces(7)).
  const name = createHash('sha256').update(JSON.stringify([boot, machine.link('/proc/self/ns/time')]))
  return { boot: name.digest('hex').slice(0, 12), now }
}
