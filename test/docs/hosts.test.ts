import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HostRow, rowsBeside, rowsOf, withRows } from '../../scripts/host-table.mjs'
import { ROOT } from './documents.ts'

// `pnpm test:hosts` writes the table of docs/hosts.md from what the tests record; this compares both without a run.

const PAGE = readFileSync(join(ROOT, 'docs/hosts.md'), 'utf8')
const ROWS = rowsOf(PAGE)

/** The files whose tests record rows, and those that list hosts for them. */
const sources = (readdirSync(join(ROOT, 'test'), { recursive: true }) as string[])
  .filter((path) => /^(?!.*(?:node_modules|\.tmp)).*\.ts$/.test(path))
  .map((path) => readFileSync(join(ROOT, 'test', path), 'utf8'))
  .filter((text) => /\brecordRow\(|\bdescribeHosts\(/.test(text))

/** The names of hosts in the tests, as patterns: a name may have a part that is inserted. */
const recorded = sources.flatMap((text) =>
  [...text.matchAll(/\bhost(?:: | = )(?:'([^']+)'|`([^`]+)`)/g)]
    .map(([, plain, template]) => plain ?? template!)
    .filter((name) => !/^[\d.]+$/.test(name))
    .map((name) => ({
      name,
      pattern: new RegExp(
        `^${name
          .split(/\$\{[^}]*\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.+')}$`,
      ),
    })),
)

test('the table is as the script writes it: sorted, aligned, each row once', () => {
  expect(ROWS.length).toBeGreaterThan(20)
  expect(withRows(PAGE, ROWS)).toBe(PAGE)
})

test('a whole run keeps the rows of Windows, and a run of some tests those of all other hosts', () => {
  const row = (host: string): HostRow => ({ host, version: '1', ran: 'all', result: 'passed' })
  const page = withRows(PAGE, ['Bun', 'Deno', 'Windows'].map(row))
  const kept = (isWhole: boolean) => rowsBeside(page, [row('Bun')], isWhole).map(({ host }) => host)
  expect(kept(true)).toEqual(['Windows'])
  expect(kept(false)).toEqual(['Deno', 'Windows'])
})

test('each host of the table is a host of a test', () => {
  const unknown = ROWS.filter(
    ({ host }) =>
      !recorded.some(({ pattern }) => pattern.test(host)) && !sources.some((text) => text.includes(`'${host}'`)),
  )
  expect(unknown).toEqual([])
})

test('each host of a test has a row in the table', () => {
  expect(recorded.length).toBeGreaterThan(10)
  expect(recorded.filter(({ pattern }) => !ROWS.some(({ host }) => pattern.test(host)))).toEqual([])
})

test('each row that does not work has its reason', () => {
  expect(ROWS.filter(({ result, why }) => result === 'declared' && !why)).toEqual([])
})
