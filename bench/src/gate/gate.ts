import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Accepted, type Judged, judge } from './judge.ts'
import { type Found, GROUPS, type Group, type Row } from './rows.ts'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

/** The result of one row. */
export interface Gated extends Judged {
  readonly id: string
  readonly what: string
  /** The design's target, in words. */
  readonly wanted: string
  /** The number of measurements before the decision. */
  readonly tries: number
}

export interface GateResult {
  readonly rows: readonly Gated[]
  readonly times: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

/**
 * Measures the groups, each in a new process. A group with a row that looks worse than accepted is measured again, up to
 * `tries` times in all, each time with twice the blocks of rounds. The caller removes the folder after all measurements,
 * because deleted files slow down the creation of new ones.
 */
export function gate(
  groups: readonly Group[],
  blocks: number,
  accepted: Accepted,
  tries: number,
  folder: string,
): GateResult {
  const rows: Gated[] = []
  const notes: string[] = []
  let times: Record<string, number> = {}
  for (const group of groups) {
    let found = measured(group, blocks, join(folder, group))
    let judged = judgedRows(GROUPS[group], found, accepted, 1)
    for (let again = 2; again <= tries && judged.some(({ verdict }) => verdict === 'worse'); again++) {
      found = measured(group, blocks * 2 ** (again - 1), join(folder, `${group}-${again}`))
      const repeated = judgedRows(GROUPS[group], found, accepted, again)
      // A real regression occurs each time. A row that was good once was disturbed the other times.
      judged = judged.map((before, index) => (before.verdict === 'worse' ? repeated[index]! : before))
    }
    rows.push(...judged)
    notes.push(...(found.notes ?? []))
    times = { ...times, ...found.times }
  }
  return { rows, times, notes }
}

function measured(group: Group, blocks: number, folder: string): Found {
  const output = execFileSync(process.execPath, [CHILD, group, String(blocks), folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output.trimEnd().split('\n').at(-1)!)
}

function judgedRows(rows: readonly Row[], found: Found, accepted: Accepted, tries: number): Gated[] {
  return rows.flatMap((row) => {
    const ratios = found.ratios[row.id]
    if (ratios === undefined) return []
    const { id, what, target } = row
    const wanted = row.missed?.words ?? (target === undefined ? 'none' : `≤ ${target}`)
    return [{ id, what, wanted, tries, ...judge(row, ratios, accepted) }]
  })
}
