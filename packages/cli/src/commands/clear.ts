import { confirm } from '../confirm.ts'
import { CliError } from '../exit.ts'
import { entries, functions } from '../format.ts'
import { oneLine } from '../output.ts'
import type { Session } from '../session.ts'

/** `persist clear`: deletes all entries of functions. */
export async function clear(
  session: Session,
  named: readonly string[],
  { all = false }: { readonly all?: boolean },
): Promise<void> {
  if (named.length === 0 && !all) throw new CliError('name the functions to clear, or pass --all')
  if (named.length > 0 && all) throw new CliError('either functions or --all, not both')
  const { adapter, funcnames } = await session.choose('change', named)
  let total = 0
  for (const funcname of funcnames) total += (await adapter.open(funcname).stats()).entries
  const of = funcnames.length === 1 ? oneLine(funcnames[0]!) : functions(funcnames.length)
  if (total > 0) await confirm(session, `Delete ${entries(total)} of ${of} in ${session.name(adapter)}?`)
  const cleared: Record<string, number> = {}
  for (const funcname of funcnames) cleared[funcname] = await adapter.open(funcname).clear()
  const sum = Object.values(cleared).reduce((a, b) => a + b, 0)
  await session.output.answer({ cleared, entries: sum }, () => `${entries(sum)} deleted`)
}
