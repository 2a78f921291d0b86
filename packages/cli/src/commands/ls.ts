import type { Column } from '../columns.ts'
import { ago, bytes, count, duration } from '../format.ts'
import { oneLine } from '../output.ts'
import type { Session } from '../session.ts'
import { type Summary, summarize } from '../summary.ts'
import { table } from '../table.ts'

const COLUMNS: readonly Column[] = [
  { title: 'function', align: 'left', least: 12 },
  { title: 'entries', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'oldest', align: 'right', leaves: 4 },
  { title: 'newest', align: 'right', leaves: 1 },
  { title: 'expired', align: 'right', leaves: 2 },
  { title: 'took', align: 'right', leaves: 3 },
  { title: 'versions', align: 'left', least: 8, leaves: 5 },
]
/** Longer names are cut before the layout of the table. */
const LONGEST = 1000

/** `persist ls`: lists the functions of a cache. */
export async function ls(session: Session, named: readonly string[]): Promise<void> {
  const { adapter, funcnames } = await session.choose('read', named)
  const now = session.now()
  const problems: string[] = []
  const summaries: Summary[] = []
  for (const funcname of funcnames) {
    const store = adapter.open(funcname, { report: (problem) => problems.push(problem.message) })
    const summary = await summarize(funcname, store.heads(), now)
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
    session.output.note(`${count(problems.length)} damaged, not counted: run persist verify`)
  }
}

function row(summary: Summary, now: number): string[] {
  const { funcname, entries, oldest, newest, expired, computeMs, versions } = summary
  return [
    oneLine(funcname, LONGEST),
    count(entries),
    bytes(summary.bytes),
    oldest === undefined ? '–' : ago(oldest, now),
    newest === undefined ? '–' : ago(newest, now),
    expired === 0 ? '–' : count(expired),
    computeMs === 0 ? '–' : duration(computeMs),
    oneLine(versionsIn(versions), LONGEST),
  ]
}

/** A version with the digest that core adds for `dependsOn`: eight characters distinguish versions. */
const DIGEST = /#([\w-]{8})[\w-]{35}$/

/** The versions, those with most entries first. */
export function versionsIn(versions: Summary['versions']): string {
  const named = Object.entries(versions).filter(([version]) => version !== '')
  return (
    named
      .sort((a, b) => b[1] - a[1])
      .map(([version]) => version.replace(DIGEST, '#$1'))
      .join(' ') || '–'
  )
}
