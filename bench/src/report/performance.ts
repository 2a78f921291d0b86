import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OVER_EMPTY, ROWS } from '../gate/rows.ts'
import { charts } from './charts.ts'
import type { Results } from './results.ts'
import { digits, table, time } from './text.ts'

/** The page with the figures. */
export const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url))

/** The target of the design for the first hit of a new process. */
const COLD_MS = 25
const CAPTIONS: Readonly<Record<string, string>> = {
  'hit.svg': 'Hits in a new process',
  'again.svg': 'Hits later on',
  'miss.svg': 'Misses',
  'floats.svg': 'Hits of a large typed array',
  'cold.svg': 'Cold start',
  'wrong.svg': 'Wrong answers',
}

/** Writes the figures of a whole run between the marks of docs/performance.md. */
export function fillPage(results: Results): void {
  const figures: Readonly<Record<string, string>> = {
    run: run(results),
    rows: rows(results),
    times: times(results),
    charts: pictures(results),
  }
  let page = readFileSync(PAGE, 'utf8')
  for (const [name, text] of Object.entries(figures)) {
    const marks = new RegExp(`(<!-- figures: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`)
    if (!marks.test(page)) throw new Error(`docs/performance.md has no place for the figures "${name}"`)
    page = page.replace(marks, (_, begin, end) => `${begin}\n${text}\n\n${end}`)
  }
  writeFileSync(PAGE, page)
}

function run({ date, machine, minutes }: Results): string {
  return `Run of ${date}, ${digits(minutes)} minutes: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node ${machine.node}, commit ${machine.commit}.`
}

function rows({ gate, missing }: Results): string {
  const measured = gate.rows.map(({ id, what, wanted, median, low, high, verdict }) => {
    const over = id === 'cold-start' ? gate.times[OVER_EMPTY] : undefined
    const { missed, target = missed?.ratio } = ROWS.find((row) => row.id === id)!
    const met = over === undefined ? target !== undefined && median <= target : over <= COLD_MS
    const compared = verdict === 'worse' ? '**worse than accepted**' : 'no worse than accepted'
    return [
      what,
      wanted,
      over === undefined ? digits(median) : `${digits(over)} ms, ${digits(median)} ×`,
      `${digits(low)} … ${digits(high)}`,
      met ? 'met' : wanted === 'none' ? compared : `missed, ${compared}`,
    ]
  })
  const absent = ROWS.filter(({ id }) => !gate.rows.some((row) => row.id === id))
  const notRun = absent.map(({ what }) => `- Not in this run: ${what}`)
  return [
    table(['what', 'target', 'measured', 'half of the blocks', ''], measured),
    '',
    ...notRun,
    ...[...gate.notes, ...missing].map((note) => `- ${note}`),
  ].join('\n')
}

function pictures(results: Results): string {
  return Object.keys(charts(results))
    .map((name) => `![${CAPTIONS[name] ?? name}](../bench/results/${name})`)
    .join('\n\n')
}

function times({ gate }: Results): string {
  return table(
    ['in the same run', ''],
    Object.entries(gate.times).map(([name, value]) => {
      const [what, unit] = name.split(/, (?=µs$|ms$|MB$)/)
      const text = unit === 'µs' ? time(value) : [digits(value), unit ?? ''].join(' ').trim()
      return [what!, text]
    }),
  )
}
