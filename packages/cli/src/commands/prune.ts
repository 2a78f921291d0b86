import type { Bounds } from '@persist/store'
import { entries, functions } from '../output/format.ts'
import { confirm } from '../session/confirm.ts'
import type { Session } from '../session/session.ts'

/** What `persist prune` takes besides the functions. */
export interface PruneOptions extends Bounds {
  /** What may not be served any more stays for so long, in milliseconds. */
  readonly keepStale?: number
}

/** `persist prune`: deletes what has expired and may not be served stale any more; with bounds also what was unused for longest. */
export async function prune(
  session: Session,
  named: readonly string[],
  { keepStale = 0, ...bounds }: PruneOptions,
): Promise<void> {
  const { adapter, funcnames } = await session.choose('change', named)
  const bounded = bounds.maxEntries !== undefined || bounds.maxBytes !== undefined
  // What is over is not served to any caller; what is beyond bounds that were given just now is good.
  if (bounded) {
    const what = `what is beyond the bounds in ${functions(funcnames.length)} of ${session.name(adapter)}`
    await confirm(session, `Delete ${what}?`)
  }
  const before = session.now() - keepStale
  const pruned: Record<string, number> = {}
  for (const funcname of funcnames) {
    pruned[funcname] = await adapter.open(funcname).prune(before, bounded ? bounds : undefined)
  }
  const sum = Object.values(pruned).reduce((a, b) => a + b, 0)
  await session.output.answer({ pruned, entries: sum }, () => `${entries(sum)} deleted`)
}
