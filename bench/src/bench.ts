// `pnpm bench`: everything side by side, as written in docs/performance.md.
//   pnpm bench               the whole run: bench/results/<date>.json, tables, charts, the figures of docs/performance.md
//   pnpm bench --large       … with a folder of 1,000,000 entries: some minutes more, 8 GB of disk
//   pnpm bench --check       only the gate, in its short form; fails on a regression
//   pnpm bench --accept      accepts the rows of the last whole run: later checks compare with them
//   pnpm bench --report      writes tables, charts and figures again from the last whole run
//   pnpm bench --again disk  measures one group of rows again, into the results of the last whole run
//   pnpm bench --tiny        everything once with tiny sizes, into the folder `.tmp`, as a test
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type GateResult, gate } from './gate/gate.ts'
import { GROUPS, type Group, ROWS } from './gate/rows.ts'
import { race, TINY, WHOLE } from './race/race.ts'
import { runners } from './race/runners.ts'
import { charts } from './report/charts.ts'
import { markdown } from './report/markdown.ts'
import { fillPage, PAGE } from './report/performance.ts'
import {
  acceptedOf,
  machine,
  newestResults,
  RESULTS,
  type Results,
  readAccepted,
  readResults,
  versions,
} from './report/results.ts'
import { digits } from './report/text.ts'

/** Blocks of rounds of the gate, in its short form and in a whole run. */
const SHORT = 9
const LONG = 31
/** A row is a regression only if it is worse each time. */
const TRIES = 3
const QUICK_GROUPS: readonly Group[] = ['disk', 'values', 'memory', 'trace', 'beside', 'code', 'codecs', 'lmdb', 'cold']

const { values: wanted } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    accept: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    again: { type: 'string' },
    tiny: { type: 'boolean', default: false },
  },
})

if (wanted.check) await inFolder(check)
else if (wanted.accept) accept()
else if (wanted.report) report(last(), RESULTS)
else if (wanted.again !== undefined) await inFolder(again)
else await inFolder(whole)

/** Runs in a folder for everything that is measured, which is deleted at the end. */
async function inFolder(run: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'persist-bench-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function check(place: string): void {
  const result = gate(QUICK_GROUPS, SHORT, readAccepted(), TRIES, place)
  printRows(result)
  const worse = result.rows.filter(({ verdict }) => verdict === 'worse')
  if (worse.length === 0) return
  console.log(
    `${worse.length} worse than accepted in ${worse[0]!.tries} measurements: docs/performance.md has the rule`,
  )
  process.exitCode = 1
}

function accept(): void {
  const { path, content, noisy } = acceptedOf(last(), readAccepted())
  writeFileSync(path, content)
  format(path)
  for (const what of noisy) console.log(`too noisy, as accepted before: ${what}`)
  console.log(`later checks compare with ${newestResults()}: ${path}`)
}

function again(place: string): void {
  const group = wanted.again as Group
  if (!Object.hasOwn(GROUPS, group)) throw new Error(`no group "${group}": ${Object.keys(GROUPS).join(', ')}`)
  const repeated = gate([group], LONG, readAccepted(), 1, place)
  printRows(repeated)
  const results = last()
  const since = `Rows of "${group}" measured again at commit ${machine().commit}`
  save({ ...results, gate: joined(results.gate, { ...repeated, notes: [...repeated.notes, since] }) }, RESULTS)
}

/** The rows of both results. The later result wins. */
function joined(earlier: GateResult, later: GateResult): GateResult {
  const rows = [...later.rows, ...earlier.rows]
  return {
    rows: ROWS.flatMap(({ id }) => rows.find((row) => row.id === id) ?? []),
    times: { ...earlier.times, ...later.times },
    notes: [...new Set([...earlier.notes, ...later.notes])],
  }
}

async function whole(place: string): Promise<void> {
  const began = performance.now()
  const minutes = () => (performance.now() - began) / 60_000
  const print = (step: string) => console.log(`${minutes().toFixed(1).padStart(5)} min  ${step}`)
  const missing: string[] = []
  const sizes = wanted.tiny ? TINY : WHOLE
  const measured = (groups: readonly Group[]) =>
    gate(groups, wanted.tiny ? 1 : LONG, readAccepted(), 1, join(place, 'gate'))
  const all = await runners(missing)
  print('the rows of the gate')
  const few = measured([...QUICK_GROUPS, 'many', 'mongo'])
  const raced = await race(all, sizes, place, print)
  if (wanted.large) print('1,000,000 entries')
  const gated = joined(few, measured(wanted.large ? ['large'] : []))
  printRows(gated)
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    minutes: minutes(),
    machine: machine(),
    versions: versions(),
    missing,
    peers: Object.fromEntries(all.map(({ id, python: _, ...peer }) => [id, peer])),
    sizes,
    race: raced,
    gate: gated,
  }
  const folder = wanted.tiny ? fileURLToPath(new URL('../../.tmp/bench', import.meta.url)) : RESULTS
  mkdirSync(folder, { recursive: true })
  save(results, folder)
  print(`done: ${join(folder, 'README.md')}`)
}

function save(results: Results, folder: string): void {
  writeFileSync(join(folder, `${results.date}.json`), `${JSON.stringify(results, rounded, 1)}\n`)
  report(results, folder)
}

function report(results: Results, folder: string): void {
  writeFileSync(join(folder, 'README.md'), markdown(results))
  for (const [name, svg] of Object.entries(charts(results))) writeFileSync(join(folder, name), svg)
  if (folder !== RESULTS) return
  fillPage(results)
  format(folder, PAGE)
}

/** Formats files in the same way as the rest of the repository. */
function format(...paths: string[]): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  execFileSync(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', ...paths], { cwd: root })
}

function last(): Results {
  const path = newestResults()
  if (path === undefined) throw new Error('there is no whole run yet: pnpm bench')
  return readResults(path)
}

function printRows({ rows, notes }: GateResult): void {
  for (const { what, median, low, high, wanted, limit, verdict } of rows) {
    const figures = `${digits(median).padStart(6)} [${digits(low)} … ${digits(high)}]`
    const bounds = `target ${wanted}, fails beyond ${digits(limit)}`
    console.log(`${(verdict === 'worse' ? 'WORSE' : verdict).padEnd(5)} ${what.padEnd(74)} ${figures} (${bounds})`)
  }
  for (const note of notes) console.log(note)
}

/** Keeps six digits, which are more than the measurements justify. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}
