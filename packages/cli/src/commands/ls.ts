import { type Summary, summarize } from '../entries/summary.ts'
import { versionsIn } from '../entries/versions.ts'
import type { Column } from '../output/columns.ts'
import { oneLine } from '../output/escape.ts'
import { ago, bytes, count, duration } from '../output/format.ts'
import { table } from '../output/table.ts'
import type { Session } from '../session/session.ts'

const COLUMNS: readonly Column[] = [
  { title: 'function', align: 'left', minWidth: 12 },
  { title: 'entries', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'oldest', align: 'right', dropOrder: 4 },
  { title: 'newest', align: 'right', dropOrder: 1 },
  { title: 'expired', align: 'right', dropOrder: 2 },
  { title: 'took', align: 'right', dropOrder: 3 },
  { title: 'versions', align: 'left', minWidth: 8, dropOrder: 5 },
]
/** Longer names are cut before the table is made. */
const LONGEST = 1000

/** `persist ls`: lists the functions of a cache. */
export async function ls(session: Session, named: readonly string[]): Promise<void> {
  const { adapter, funcnames } = await session.select('read', named)
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
      ? `${session.name(adapter)} is empty`
      : table(
          session.output,
          COLUMNS,
          summaries.map((summary) => row(summary, now)),
        ),
  )
  if (problems.length > 0) {
    session.output.note(`${count(problems.length)} damaged, not counted: persist verify lists them`)
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
