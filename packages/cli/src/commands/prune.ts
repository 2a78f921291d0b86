import type { Bounds } from '@persist/store'
import { confirm } from '../confirm.ts'
import { entries, functions } from '../format.ts'
import type { Session } from '../session.ts'

/** The options of `persist prune`. */
export interface PruneOptions extends Bounds {
  /** The time for which entries stay after they may no longer be served, in milliseconds. */
  readonly keepStale?: number
}

/**
 * `persist prune`: deletes expired entries that may no longer be served stale, and with bounds also the least recently used
 * ones.
 */
export async function prune(
  session: Session,
  named: readonly string[],
  { keepStale = 0, ...bounds }: PruneOptions,
): Promise<void> {
  const { adapter, funcnames } = await session.choose('change', named)
  const bounded = bounds.maxEntries !== undefined || bounds.maxBytes !== undefined
  // Expired entries are useless, but entries beyond the bounds are valid, so this asks first.
  if (bounded) {
    const where = `${functions(funcnames.length)} of ${session.name(adapter)}`
    await confirm(session, `Delete all entries beyond the bounds in ${where}?`)
  }
  const before = session.now() - keepStale
  const pruned: Record<string, number> = {}
  for (const funcname of funcnames) {
    pruned[funcname] = await adapter.open(funcname).prune(before, bounded ? bounds : undefined)
  }
  const sum = Object.values(pruned).reduce((a, b) => a + b, 0)
  await session.output.answer({ pruned, entries: sum }, () => `${entries(sum)} deleted`)
}
