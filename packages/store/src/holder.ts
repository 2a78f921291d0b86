/**
 * Who holds a lease, and whether that process is alive.
 *
 * @module @persist/store/holder
 */

import { type BootClock, bootClockOf } from './holding/boot-clock.ts'
import { thisMachine } from './holding/machine.ts'
import { Witness } from './holding/witness.ts'

export type { BootClock } from './holding/boot-clock.ts'

/** Who holds a lease: a thread of a process of a host, distinguished from all others, later ones too. */
export interface Holder {
  /**
   * Digest of the kernel's boot and of its namespaces of process ids and of time: process ids and start times can be
   * compared where it is the same. On macOS and Windows of an id that the first process after a start notes in the temporary
   * folder: then process ids can be compared. Else of the host's name: then nothing can.
   */
  readonly host: string
  readonly pid: number
  /** The kernel's id of the thread, or `w` and Node's where the kernel's is unknown. */
  readonly thread: string
  /** When the thread started: in the kernel's ticks, or after `w` in microseconds since 1970. */
  readonly start: string
}

/**
 * What can be known of a holder from here. `self`: this very thread. `alive`: its thread exists and is not stopped.
 * `likely`: a process with its pid exists, which may be a later one. `gone`: it has ended. `silent`: only its heartbeat
 * shows it. It is stopped, on another host, another thread of this process, or on a host without `/proc`, where a process of
 * its number exists or its process ids may belong to another host of the same name.
 */
export type Sign = 'self' | 'alive' | 'likely' | 'gone' | 'silent'

let witness: Witness | undefined
let clock: { readonly found: BootClock | undefined } | undefined

/**
 * This thread.
 *
 * @example
 * ```ts
 * thisHolder().pid === process.pid   // true
 * ```
 */
export function thisHolder(): Holder {
  witness ??= new Witness(thisMachine)
  return witness.self
}

/**
 * What can be known of a holder. Throws nothing, also where the process may not ask (Deno without `--allow-run`).
 *
 * @example
 * ```ts
 * signOf(thisHolder())   // 'self'
 * ```
 */
export function signOf(holder: Holder): Sign {
  witness ??= new Witness(thisMachine)
  return witness.signOf(holder)
}

/**
 * The clock that all processes of this machine share; `undefined` where there is none, as on macOS and Windows. Throws
 * nothing.
 *
 * @example
 * ```ts
 * const before = bootClock()?.now() ?? 0
 * before <= (bootClock()?.now() ?? 0)   // true
 * ```
 */
export function bootClock(): BootClock | undefined {
  clock ??= { found: bootClockOf(thisMachine) }
  return clock.found
}
