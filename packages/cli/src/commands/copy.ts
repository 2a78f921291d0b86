import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { CliError, EXIT, type ExitCode } from '../exit.ts'
import { bytes, count, entries } from '../format.ts'
import { functionsIn } from '../functions.ts'
import { interruptible } from '../interruption.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import type { Session } from '../session.ts'
import { countOf, itemsOf } from '../transfer/items.ts'
import { sameEntry } from '../transfer/same-entry.ts'
import { type Tally, transfer } from '../transfer/transfer.ts'
import type { Winner } from '../transfer/winner.ts'

/** The options of `persist copy`. */
export interface CopyOptions {
  readonly function?: readonly string[]
  readonly winner: Winner
  /** Whether to read everything again after the copy, and compare. */
  readonly check?: boolean
}

const MOST_NOTED = 20

/** `persist copy`: copies entries of one store into another. */
export async function copy(session: Session, from: string, to: string, options: CopyOptions): Promise<ExitCode> {
  const source = session.stores.open(from, 'read')
  const target = session.stores.open(to, 'create')
  if (source.name === target.name) throw new CliError(`both are the same store: ${session.name(source)}`)
  const funcnames = await functionsIn(source, options.function)
  const damaged: PersistError[] = []
  const note = limited(session)
  const progress = await startProgress(session, 'copying', await countOf(source, funcnames))
  const { tally, interrupted } = await interruptible(async (signal) => {
    const items = itemsOf(source, funcnames, (problem) => damaged.push(problem))
    try {
      const tally = await transfer(items, target, {
        winner: options.winner,
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
  for (const problem of damaged) note(problem.message)
  const differing = options.check && !interrupted ? await compare(session, source, target, funcnames) : undefined
  const json = { ...tally, damaged: damaged.length, interrupted, ...(differing !== undefined && { differing }) }
  await session.output.answer(json, () => described(tally, damaged.length, differing))
  if (interrupted) session.output.note('stopped; the same command continues the copy')
  if (interrupted) return EXIT.interrupted
  return tally.failed + tally.busy + damaged.length + (differing ?? 0) === 0 ? EXIT.fine : EXIT.no
}

/** The number of entries of the source that are missing or different in the target. */
async function compare(
  session: Session,
  source: StoreAdapter,
  target: StoreAdapter,
  funcnames: readonly string[],
): Promise<number> {
  const progress = await startProgress(session, 'comparing', await countOf(source, funcnames))
  let differing = 0
  let compared = 0
  try {
    for await (const { funcname, entry } of itemsOf(source, funcnames, () => {})) {
      const there = await target.open(funcname).get(entry.hash)
      if (there === undefined || !sameEntry(entry, there)) differing++
      progress.at(++compared, funcname)
    }
  } finally {
    progress.end()
  }
  return differing
}

/** The number of entries that are done. */
export function done({ copied, same, kept, busy, failed }: Tally): number {
  return copied + same + kept + busy + failed
}

/** A tally in words. */
export function described(tally: Tally, damaged: number, differing?: number): string {
  const parts = [`${entries(tally.copied)} copied (${bytes(tally.bytes)})`]
  if (tally.same > 0) parts.push(`${count(tally.same)} were there already`)
  if (tally.kept > 0) parts.push(`${count(tally.kept)} differ in the target and stayed`)
  if (tally.busy > 0) parts.push(`${count(tally.busy)} left out: the target computes them now, so try again later`)
  if (tally.failed > 0) parts.push(`${count(tally.failed)} refused`)
  if (damaged > 0) parts.push(`${count(damaged)} damaged in the source`)
  if (differing !== undefined) parts.push(differing === 0 ? 'all equal' : `${count(differing)} not equal`)
  return parts.join(', ')
}

/** Prints notes up to a limit. */
export function limited(session: Session): (text: string) => void {
  let noted = 0
  return (text) => {
    noted++
    if (noted <= MOST_NOTED) session.output.note(oneLine(text))
    else if (noted === MOST_NOTED + 1) session.output.note('… and more')
  }
}
