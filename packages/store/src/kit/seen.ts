import type { Silence } from './silence.ts'

/**
 * What the processes of some machines have seen of a lease, as its record keeps it: then processes that live for a moment
 * give up a dead holder, too. Another `beat` is a sign of life, after which nothing of it counts.
 */
export interface Seen {
  readonly beat: number
  /** By the name of the machine's boot: the first look, the last look that counted, and how many counted. */
  readonly by: Readonly<Record<string, SeenBy>>
}

type SeenBy = readonly [since: number, looked: number, looks: number]

/** A record keeps the looks of at most this many machines. */
const MAX_MACHINES = 8
const BOOT = /^[\w-]{1,40}$/

/** Reads it field by field. `undefined`: there is nothing, or it belongs to another beat. */
export function readSeen(found: unknown, beat: number): Seen | undefined {
  const { beat: seenBeat, by } = (found ?? {}) as { readonly beat?: unknown; readonly by?: unknown }
  if (seenBeat !== beat || typeof by !== 'object' || by === null) return undefined
  const known = Object.entries(by).slice(0, MAX_MACHINES).filter(isMachine)
  return known.length === 0 ? undefined : { beat, by: Object.fromEntries(known) }
}

/** What this machine has seen. `undefined`: nothing, or at a time that is yet to come. */
export function silenceIn(seen: Seen | undefined, boot: string, now: number): Silence | undefined {
  if (seen === undefined || !Object.hasOwn(seen.by, boot)) return undefined
  const [since, looked, looks] = seen.by[boot]!
  return since <= looked && looked <= now ? { since, looked, looks } : undefined
}

/** Adds what this machine has seen; beyond the limit the machine goes that was added first. */
export function withSilence(seen: Seen | undefined, beat: number, boot: string, silence: Silence): Seen {
  const others = Object.entries(seen?.by ?? {}).filter(([other]) => other !== boot)
  const by = Object.fromEntries(others.slice(-MAX_MACHINES + 1))
  return { beat, by: { ...by, [boot]: [silence.since, silence.looked, silence.looks] } }
}

function isMachine(entry: [string, unknown]): entry is [string, SeenBy] {
  const [boot, times] = entry
  return (
    BOOT.test(boot) &&
    Array.isArray(times) &&
    times.length === 3 &&
    times.every((time) => Number.isSafeInteger(time) && time >= 0)
  )
}
