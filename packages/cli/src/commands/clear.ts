import { DEPENDENCY_NAMESPACE } from '@persist/store/kit'
import { CliError } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { entries, functions } from '../output/format.ts'
import { confirm } from '../session/confirm.ts'
import type { Session } from '../session/session.ts'

/** `persist clear`: deletes all entries of functions. */
export async function clear(
  session: Session,
  named: readonly string[],
  { all = false }: { readonly all?: boolean },
): Promise<void> {
  if (named.length === 0 && !all) throw new CliError('name the functions to clear, or pass --all')
  if (named.length > 0 && all) throw new CliError('pass either functions or --all, not both')
  const { adapter, funcnames } = await session.select('change', named)
  let total = 0
  for (const funcname of funcnames) total += (await adapter.open(funcname).stats()).entries
  const owner = funcnames.length === 1 ? oneLine(funcnames[0]!) : functions(funcnames.length)
  if (total > 0) await confirm(session, `Delete ${entries(total)} of ${owner} in ${session.name(adapter)}?`)
  const cleared = new Map<string, number>()
  for (const funcname of funcnames) cleared.set(funcname, await adapter.open(funcname).clear())
  if (all) await adapter.open(DEPENDENCY_NAMESPACE).clear()
  const sum = [...cleared.values()].reduce((a, b) => a + b, 0)
  await session.output.answer({ cleared: Object.fromEntries(cleared), entries: sum }, () => `${entries(sum)} deleted`)
}
