import { ago, bytes, count, duration } from '../format.ts'
import { oneLine } from '../output.ts'
import { functionsIn, type Session } from '../session.ts'
import { type Summary, summarise } from '../summary.ts'
import { table } from '../table.ts'

const COLUMNS = [
  ['function', 'left'],
  ['entries', 'right'],
  ['bytes', 'right'],
  ['oldest', 'right'],
  ['newest', 'right'],
  ['expired', 'right'],
  ['took', 'right'],
  ['versions', 'left'],
] as const

/** `persist ls`: the functions of a cache. */
export async function ls(session: Session, named: readonly string[]): Promise<void> {
  const adapter = session.open('look')
  const now = session.now()
  const problems: string[] = []
  const summaries: Summary[] = []
  for (const funcname of await functionsIn(adapter, named)) {
    const store = adapter.open(funcname, { report: (problem) => problems.push(problem.message) })
    const summary = await summarise(funcname, store.heads(), now)
    if (summary.entries > 0 || named.length > 0) summaries.push(summary)
  }
  await session.output.answer(summaries, () =>
    summaries.length === 0
      ? `${session.name(adapter)} holds nothing`
      : table(
          session.output,
          COLUMNS,
          summaries.map((summary) => row(summary, now)),
        ),
  )
  if (problems.length > 0) {
    session.output.note(`${count(problems.length)} damaged, not counted: persist verify says more`)
  }
}

function row(summary: Summary, now: number): string[] {
  const { funcname, entries, oldest, newest, expired, computeMs, versions } = summary
  return [
    oneLine(funcname, 60),
    count(entries),
    bytes(summary.bytes),
    oldest === undefined ? '–' : ago(oldest, now),
    newest === undefined ? '–' : ago(newest, now),
    expired === 0 ? '–' : count(expired),
    computeMs === 0 ? '–' : duration(computeMs),
    oneLine(versionsIn(versions), 40),
  ]
}

/** The versions, those with most entries first. */
export function versionsIn(versions: Summary['versions']): string {
  const named = Object.entries(versions).filter(([version]) => version !== '')
  return (
    named
      .sort((a, b) => b[1] - a[1])
      .map(([version]) => version)
      .join(' ') || '–'
  )
}
