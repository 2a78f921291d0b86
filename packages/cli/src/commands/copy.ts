import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { CliError, EXIT, type ExitCode } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { limitNotes } from '../output/limit-notes.ts'
import { startProgress } from '../output/progress.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { namespacesIn } from '../stores/functions.ts'
import { countDiffering } from '../transfer/compare.ts'
import { describeCounts, processed } from '../transfer/counts.ts'
import { countOf, itemsOf } from '../transfer/read-store.ts'
import { transfer } from '../transfer/transfer.ts'
import type { Winner } from '../transfer/winner.ts'

/** The options of `persist copy`. */
export interface CopyOptions {
  readonly function?: readonly string[]
  readonly winner: Winner
  /** Read all entries again afterwards and compare them. */
  readonly check?: boolean
}

/** `persist copy`: copies the entries of one store into another. */
export async function copy(session: Session, from: string, to: string, options: CopyOptions): Promise<ExitCode> {
  const source = session.stores.open(from, 'read')
  const target = session.stores.open(to, 'create')
  if (source.name === target.name) throw new CliError(`source and target are the same store: ${session.name(source)}`)
  const funcnames = await namespacesIn(source, options.function)
  const damaged: PersistError[] = []
  const note = limitNotes(session.output)
  const { counts, interrupted } = await interruptible(async (signal) => {
    const progress = await startProgress(session.output, 'copying', () => countOf(source, funcnames))
    const items = itemsOf(source, funcnames, (problem) => damaged.push(problem))
    try {
      const counts = await transfer(items, target, {
        winner: options.winner,
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
  for (const problem of damaged) note(problem.message)
  const comparison = options.check && !interrupted ? await compare(session, source, target, funcnames) : undefined
  const differing = comparison?.differing
  const isStopped = interrupted || comparison?.interrupted === true
  const json = {
    ...counts,
    damaged: damaged.length,
    interrupted: isStopped,
    ...(differing !== undefined && { differing }),
  }
  await session.output.answer(json, () => describeCounts(counts, damaged.length, differing))
  if (isStopped) session.output.note('stopped; run the same command again to continue')
  if (isStopped) return EXIT.interrupted
  return counts.failed + counts.busy + damaged.length + (differing ?? 0) === 0 ? EXIT.fine : EXIT.no
}

/** How many entries of the source are missing or different in the target; not known after Ctrl-C. */
async function compare(
  session: Session,
  source: StoreAdapter,
  target: StoreAdapter,
  funcnames: readonly string[],
): Promise<{ readonly differing?: number; readonly interrupted: boolean }> {
  return interruptible(async (signal) => {
    const progress = await startProgress(session.output, 'comparing', () => countOf(source, funcnames))
    try {
      const differing = await countDiffering(
        itemsOf(source, funcnames, () => {}),
        target,
        {
          signal,
          progress: (compared, funcname) => progress.at(compared, oneLine(funcname)),
        },
      )
      return signal.aborted ? { interrupted: true } : { differing, interrupted: false }
    } finally {
      progress.end()
    }
  })
}
