import { CliError, EXIT, type ExitCode } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { count } from '../output/format.ts'
import { limitNotes } from '../output/limit-notes.ts'
import { startProgress } from '../output/progress.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { describeCounts, processed } from '../transfer/counts.ts'
import { type FileFindings, itemsIn } from '../transfer/read-export.ts'
import { transfer } from '../transfer/transfer.ts'
import type { Winner } from '../transfer/winner.ts'

/** `persist import`: writes the entries of an exported file into a store; `-` is standard input. */
export async function importEntries(
  session: Session,
  file: string,
  { winner }: { readonly winner: Winner },
): Promise<ExitCode> {
  if (file === '-' && process.stdin.isTTY) throw new CliError('name the file to import, or pipe it in')
  const target = session.open('create')
  const note = limitNotes(session.output)
  const found: FileFindings = { bad: 0, read: 0, ended: false }
  const { counts, interrupted } = await interruptible(async (signal) => {
    const progress = await startProgress(session.output, 'importing', async () => 0)
    try {
      const counts = await transfer(itemsIn(file, found, note), target, {
        winner,
        now: session.now,
        signal,
        progress: (counts, funcname) => progress.at(processed(counts), oneLine(funcname)),
        refused: ({ funcname, entry }, error) => note(`${funcname} ${entry.hash}: ${error.message}`),
      })
      return { counts, interrupted: signal.aborted }
    } finally {
      progress.end()
    }
  })
  const truncated = !found.ended && !interrupted
  await session.output.answer({ ...counts, bad: found.bad, truncated, interrupted }, () => {
    const bad = found.bad === 0 ? '' : `, ${count(found.bad)} unreadable in the file`
    return describeCounts(counts, 0) + bad
  })
  if (truncated) {
    const name = file === '-' ? 'standard input' : oneLine(file)
    session.output.note(`${name} is incomplete: it was cut off, or is still being written`)
  }
  if (interrupted) return EXIT.interrupted
  return found.bad + counts.failed + counts.busy === 0 && !truncated ? EXIT.fine : EXIT.no
}
