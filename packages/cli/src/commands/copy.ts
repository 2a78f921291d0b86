import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { sameEntry } from '../entries/same-entry.ts'
import { EXIT, type ExitCode, Refusal } from '../errors/cli-error.ts'
import { bytes, count, entries } from '../output/format.ts'
import { oneLine } from '../output/output.ts'
import { startProgress } from '../output/progress.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { functionsIn } from '../stores/functions.ts'
import { countOf, parcelsOf } from '../transfer/read-store.ts'
import { type Tally, transfer } from '../transfer/transfer.ts'
import type { Winner } from '../transfer/winner.ts'

/** What `persist copy` takes besides the two stores. */
export interface CopyOptions {
  readonly function?: readonly string[]
  readonly winner: Winner
  /** Read everything again afterwards and compare. */
  readonly check?: boolean
}

const MOST_NOTED = 20

/** `persist copy`: the entries of one store into another. */
export async function copy(session: Session, from: string, to: string, options: CopyOptions): Promise<ExitCode> {
  const source = session.stores.open(from, 'look')
  const target = session.stores.open(to, 'fill')
  if (source.name === target.name) throw new Refusal(`both are the same store: ${session.name(source)}`)
  const funcnames = await functionsIn(source, options.function)
  const damaged: PersistError[] = []
  const note = limited(session)
  const progress = await startProgress(session.output, 'copying', await countOf(source, funcnames))
  const { tally, interrupted } = await interruptible(async (signal) => {
    const parcels = parcelsOf(source, funcnames, (problem) => damaged.push(problem))
    try {
      const tally = await transfer(parcels, target, {
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
  await session.output.answer(json, () => told(tally, damaged.length, differing))
  if (interrupted) session.output.note('stopped; the same command goes on where this one ended')
  if (interrupted) return EXIT.interrupted
  return tally.failed + tally.busy + damaged.length + (differing ?? 0) === 0 ? EXIT.fine : EXIT.no
}

/** How many entries of the source the target does not have, or has otherwise. */
async function compare(
  session: Session,
  source: StoreAdapter,
  target: StoreAdapter,
  funcnames: readonly string[],
): Promise<number> {
  const progress = await startProgress(session.output, 'comparing', await countOf(source, funcnames))
  let differing = 0
  let compared = 0
  try {
    for await (const { funcname, entry } of parcelsOf(source, funcnames, () => {})) {
      const there = await target.open(funcname).get(entry.hash)
      if (there === undefined || !sameEntry(entry, there)) differing++
      progress.at(++compared, funcname)
    }
  } finally {
    progress.end()
  }
  return differing
}

/** How many entries have been dealt with. */
export function done({ copied, same, kept, busy, failed }: Tally): number {
  return copied + same + kept + busy + failed
}

/** A tally in words. */
export function told(tally: Tally, damaged: number, differing?: number): string {
  const parts = [`${entries(tally.copied)} copied (${bytes(tally.bytes)})`]
  if (tally.same > 0) parts.push(`${count(tally.same)} were there already`)
  if (tally.kept > 0) parts.push(`${count(tally.kept)} differ in the target and stayed`)
  if (tally.busy > 0) parts.push(`${count(tally.busy)} left out: the target computes them now, so try again later`)
  if (tally.failed > 0) parts.push(`${count(tally.failed)} refused`)
  if (damaged > 0) parts.push(`${count(damaged)} damaged in the source`)
  if (differing !== undefined) parts.push(differing === 0 ? 'all equal' : `${count(differing)} not equal`)
  return parts.join(', ')
}

/** Notes what goes wrong, until it becomes too much. */
export function limited(session: Session): (text: string) => void {
  let noted = 0
  return (text) => {
    noted++
    if (noted <= MOST_NOTED) session.output.note(oneLine(text))
    else if (noted === MOST_NOTED + 1) session.output.note('… and more')
  }
}
