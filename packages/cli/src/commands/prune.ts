import type { Bounds } from '@persist/store'
import { entries, functions } from '../output/format.ts'
import { confirm } from '../session/confirm.ts'
import type { Session } from '../session/session.ts'

/** The options of `persist prune`. */
export interface PruneOptions extends Bounds {
  /** How long to keep entries after they may no longer be served, in milliseconds. */
  readonly keepStale?: number
}

/** `persist prune`: deletes entries that may no longer be served; with limits, also the least recently used ones. */
export async function prune(
  session: Session,
  named: readonly string[],
  { keepStale = 0, ...bounds }: PruneOptions,
): Promise<void> {
  const { adapter, funcnames } = await session.select('change', named)
  const bounded = bounds.maxEntries !== undefined || bounds.maxBytes !== undefined
  // An expired entry is of no use to any caller. An entry over a limit is good, so the user has to confirm.
  if (bounded) {
    const place = `${functions(funcnames.length)} of ${session.name(adapter)}`
    await confirm(session, `Delete the entries over the limits in ${place}?`)
  }
  const before = session.now() - keepStale
  const pruned = new Map<string, number>()
  for (const funcname of funcnames) {
    pruned.set(funcname, await adapter.open(funcname).prune(before, bounded ? bounds : undefined))
  }
  const sum = [...pruned.values()].reduce((a, b) => a + b, 0)
  await session.output.answer({ pruned: Object.fromEntries(pruned), entries: sum }, () => `${entries(sum)} deleted`)
}
