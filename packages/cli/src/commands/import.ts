import { CliError, EXIT, type ExitCode } from '../exit.ts'
import { count } from '../format.ts'
import { interruptible } from '../interruption.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import type { Session } from '../session.ts'
import { type Found, itemsIn } from '../transfer/read-export.ts'
import { transfer } from '../transfer/transfer.ts'
import type { Winner } from '../transfer/winner.ts'
import { described, done, limited } from './copy.ts'

/** `persist import`: writes the entries of an exported file into a store. `-` is standard input. */
export async function importEntries(
  session: Session,
  file: string,
  { winner }: { readonly winner: Winner },
): Promise<ExitCode> {
  if (file === '-' && process.stdin.isTTY) throw new CliError('name the file to import, or pipe it in')
  const target = session.open('create')
  const note = limited(session)
  const found: Found = { bad: 0, read: 0, ended: false }
  const progress = await startProgress(session, 'importing', 0)
  const { tally, interrupted } = await interruptible(async (signal) => {
    try {
      const tally = await transfer(itemsIn(file, found, note), target, {
        winner,
        now: session.now,
        signal,
        progress: (sofar, funcname) => progress.at(done(sofar), oneLine(funcname)),
        refused: ({ funcname, entry }, error) => note(`${funcname} ${entry.hash}: ${error.message}`),
      })
      return { tally, interrupted: signal.aborted }
    } finally {
      progress.end()
    }
  })
  const truncated = !found.ended && !interrupted
  await session.output.answer({ ...tally, bad: found.bad, truncated, interrupted }, () => {
    const bad = found.bad === 0 ? '' : `, ${count(found.bad)} unreadable in the file`
    return described(tally, 0) + bad
  })
  if (truncated) {
    const name = file === '-' ? 'standard input' : oneLine(file)
    session.output.note(`${name} has no end: it was cut off, or is still being written`)
  }
  if (interrupted) return EXIT.interrupted
  return found.bad + tally.failed + tally.busy === 0 && !truncated ? EXIT.fine : EXIT.no
}
