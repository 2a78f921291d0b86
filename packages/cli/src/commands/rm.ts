import { confirm } from '../confirm.ts'
import { type EntryName, hashIn, wholeHash } from '../entry-name.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { entries } from '../format.ts'
import { oneLine } from '../output.ts'
import type { Session } from '../session.ts'

/** `persist rm`: deletes entries of one function. */
export async function rm(
  session: Session,
  funcname: string,
  hashes: readonly string[],
  { args }: Pick<EntryName, 'args'>,
): Promise<ExitCode> {
  const given = hashes.length > 0 ? [...new Set(hashes)] : [hashIn({ args })]
  const { adapter } = await session.choose('change', [funcname])
  const store = adapter.open(funcname)
  const whole: string[] = []
  for (const hash of given) whole.push(await wholeHash(store, hash))
  for (const hash of whole) adapter.checkHash?.(hash)
  await confirm(session, `Delete ${entries(whole.length)} of ${oneLine(funcname)} in ${session.name(adapter)}?`)
  const deleted: string[] = []
  const absent: string[] = []
  for (const hash of whole) ((await store.delete(hash)) ? deleted : absent).push(hash)
  await session.output.answer({ funcname, deleted, absent }, () => `${entries(deleted.length)} deleted`)
  for (const hash of absent) session.output.note(`${oneLine(funcname)} has no entry ${oneLine(hash)}`)
  return absent.length === 0 ? EXIT.fine : EXIT.no
}
