import type { Bounds } from '@persist/store'
import { confirm } from '../ask.ts'
import { entries, functions } from '../format.ts'
import { functionsIn, type Session } from '../session.ts'

/** `persist prune`: deletes what has expired, and with bounds what was unused for longest. */
export async function prune(session: Session, named: readonly string[], bounds: Bounds): Promise<void> {
  const adapter = session.open('change')
  const funcnames = await functionsIn(adapter, named)
  const bounded = bounds.maxEntries !== undefined || bounds.maxBytes !== undefined
  // What has expired nobody is served; what is beyond bounds of the moment is good.
  if (bounded) {
    const what = `what is beyond the bounds in ${functions(funcnames.length)} of ${session.name(adapter)}`
    await confirm(session, `Delete ${what}?`)
  }
  const pruned: Record<string, number> = {}
  for (const funcname of funcnames) {
    pruned[funcname] = await adapter.open(funcname).prune(session.now(), bounded ? bounds : undefined)
  }
  const sum = Object.values(pruned).reduce((a, b) => a + b, 0)
  await session.output.answer({ pruned, entries: sum }, () => `${entries(sum)} deleted`)
}
