import { EXIT, type ExitCode } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { entries } from '../output/format.ts'
import { confirm } from '../session/confirm.ts'
import type { Session } from '../session/session.ts'
import { type EntryName, hashIn, versionsOf, wholeHash } from '../stores/find-entry.ts'

/** `persist rm`: deletes entries of one function. */
export async function rm(
  session: Session,
  funcname: string,
  hashes: readonly string[],
  { args }: Pick<EntryName, 'args'>,
): Promise<ExitCode> {
  const requested = hashes.length > 0 ? [...new Set(hashes)] : [hashIn({ args })]
  const { adapter } = await session.select('change', [funcname])
  const store = adapter.open(funcname)
  const whole: string[] = []
  for (const hash of requested) {
    const versions = hashes.length > 0 ? [] : await versionsOf(store, hash)
    // A result of a time without `versions: 'beside'` has no mark.
    const isPlain = versions.length === 0 || (await store.get(hash)) !== undefined
    whole.push(...versions, ...(isPlain ? [await wholeHash(store, hash)] : []))
  }
  for (const hash of whole) adapter.checkHash?.(hash)
  await confirm(session, `Delete ${entries(whole.length)} of ${oneLine(funcname)} in ${session.name(adapter)}?`)
  const deleted: string[] = []
  const absent: string[] = []
  for (const hash of whole) ((await store.delete(hash)) ? deleted : absent).push(hash)
  await session.output.answer({ funcname, deleted, absent }, () => `${entries(deleted.length)} deleted`)
  for (const hash of absent) session.output.note(`${oneLine(funcname)} has no entry ${oneLine(hash)}`)
  return absent.length === 0 ? EXIT.fine : EXIT.no
}
