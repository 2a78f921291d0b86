import { EXIT, type ExitCode, Refusal } from '../errors/cli-error.ts'
import { count } from '../output/format.ts'
import { oneLine } from '../output/output.ts'
import { startProgress } from '../output/progress.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { type Found, parcelsIn } from '../transfer/read-export.ts'
import { transfer } from '../transfer/transfer.ts'
import type { Winner } from '../transfer/winner.ts'
import { done, limited, told } from './copy.ts'

/** `persist import`: the entries of an exported file into a store; `-` is standard input. */
export async function importEntries(
  session: Session,
  file: string,
  { winner }: { readonly winner: Winner },
): Promise<ExitCode> {
  if (file === '-' && process.stdin.isTTY) throw new Refusal('name the file to import, or pipe it in')
  const target = session.open('fill')
  const note = limited(session)
  const found: Found = { bad: 0, read: 0, ended: false }
  const progress = await startProgress(session.output, 'importing', 0)
  const { tally, interrupted } = await interruptible(async (signal) => {
    try {
      const tally = await transfer(parcelsIn(file, found, note), target, {
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
    return told(tally, 0) + bad
  })
  if (truncated) {
    const name = file === '-' ? 'standard input' : oneLine(file)
    session.output.note(`${name} has no end: it was cut off, or is still being written`)
  }
  if (interrupted) return EXIT.interrupted
  return found.bad + tally.failed + tally.busy === 0 && !truncated ? EXIT.fine : EXIT.no
}
