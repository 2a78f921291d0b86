import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { type Line, link, write } from './change.ts'
import { NO_REASON } from './no-reason.ts'
import { NOT_BY_DEPENDS_ON, NOT_BY_TRACE } from './not-noticed.ts'
import { WITH_DEPENDS_ON } from './with-depends-on.ts'
import { WITH_TRACE } from './with-trace.ts'

const PAGE = readFileSync(new URL('../../docs/noticed.md', import.meta.url), 'utf8')
const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url))
const RUNNER = fileURLToPath(new URL('./run-programs.mjs', import.meta.url))
interface Ran {
  readonly number: string
  readonly result: unknown
  readonly misses: number
}

/** A program before and after its change, and what the changed one returns without stored results. */
interface Outcome {
  readonly before: Ran
  readonly after: Ran
  readonly fresh: Ran
}

const home = realpathSync(mkdtempSync(join(tmpdir(), 'persist-noticed-')))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const LINES = [...WITH_DEPENDS_ON, ...WITH_TRACE, ...NOT_BY_DEPENDS_ON, ...NOT_BY_TRACE, ...NO_REASON]
const outcomes = outcomesOf(LINES)

/** Each program runs three times: before its change, after it, and after it with an empty cache. */
function outcomesOf(lines: readonly Line[]): ReadonlyMap<Line, Outcome> {
  write(home, { 'package.json': '{ "name": "home" }' })
  for (const name of ['core', 'code', 'inputs']) {
    link(home, `node_modules/@persist/${name}`, relative(home, join(PACKAGES, name)))
  }
  const folders = lines.map((_, index) => join(home, String(index)))
  for (const [index, { files, links = {} }] of lines.entries()) {
    write(folders[index]!, files)
    for (const [path, to] of Object.entries(links)) link(folders[index]!, path, to)
  }
  const env = { K: '1', TZ: 'UTC', CONSTANT: '1' }
  const before = run(folders, 'cache', env)
  for (const [index, { edit }] of lines.entries()) edit.at?.(folders[index]!)
  const changed = Object.assign({}, env, ...lines.map(({ edit }) => edit.env ?? {}))
  const after = run(folders, 'cache', changed)
  const fresh = run(folders, 'empty', changed)
  return new Map(
    lines.map((line, index) => [line, { before: before[index]!, after: after[index]!, fresh: fresh[index]! }]),
  )
}

function run(folders: readonly string[], cache: string, env: Readonly<Record<string, string>>): Ran[] {
  const programs = folders.map((folder) => join(folder, 'main.mjs'))
  const output = execFileSync(process.execPath, [RUNNER, ...programs], {
    cwd: home,
    env: { ...process.env, ...env, PERSIST_CACHE: `file://${join(home, cache)}`, PERSIST_VERBOSITY: '0' },
    encoding: 'utf8',
  })
  const ran = output
    .trim()
    .split('\n')
    .map((line): Ran => JSON.parse(line))
  expect(ran.map(({ number }) => number)).toEqual(folders.map((folder) => basename(folder)))
  return ran
}

/** The first cells of the table below a heading of the page. */
function linesBelow(heading: string): string[] {
  const section = PAGE.split(/^## /m).find((one) => one.startsWith(`${heading}\n`))
  const rows = [...(section ?? '').matchAll(/^\| (.*?) +\|/gm)].map(([, cell]) => cell!)
  return rows.slice(2)
}

function cases(lines: readonly Line[]) {
  return lines.map((line) => [line.change, outcomes.get(line)!] as const)
}

describe.each([
  ['Noticed with `dependsOn`', WITH_DEPENDS_ON],
  ['Noticed with `trace`', WITH_TRACE],
])('%s', (heading, lines) => {
  it.each(cases(lines))('%s', (_, { before, after, fresh }) => {
    expect(fresh.result).not.toEqual(before.result)
    expect(after.result).toEqual(fresh.result)
  })

  it('has these lines on the page', () => {
    expect(linesBelow(heading)).toEqual(lines.map(({ change }) => change))
  })
})

describe.each([
  ['Not noticed by `code(import.meta)`', NOT_BY_DEPENDS_ON],
  ['Not noticed by `trace`', NOT_BY_TRACE],
])('%s', (heading, lines) => {
  it.each(cases(lines))('%s', (_, { before, after, fresh }) => {
    expect(fresh.result).not.toEqual(before.result)
    expect(after).toEqual({ ...before, misses: 0 })
  })

  it('has these lines on the page', () => {
    expect(linesBelow(heading)).toEqual(lines.map(({ change }) => change))
  })
})

describe('No reason to compute again', () => {
  it.each(cases(NO_REASON))('%s', (_, { before, after, fresh }) => {
    expect(fresh.result).toEqual(before.result)
    expect(after).toEqual({ ...before, misses: 0 })
  })

  it('has these lines on the page', () => {
    expect(linesBelow('No reason to compute again')).toEqual(NO_REASON.map(({ change }) => change))
  })
})
