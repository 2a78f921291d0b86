// Runs the tests with real hosts, and writes the table of docs/hosts.md from the rows that they record.
//   pnpm test:hosts [paths of tests]
// Without paths, all rows are replaced but those of hosts that have a configuration of their own.
// With paths, the rows of the hosts that ran replace those in the table, and the others stay.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rowsBeside, withRows } from './host-table.mjs'

const PAGE = 'docs/hosts.md'
const paths = process.argv.slice(2)
const out = mkdtempSync(join(tmpdir(), 'persist-host-rows-'))
const file = join(out, 'rows.jsonl')

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.hosts.config.ts', ...paths]
const { status } = spawnSync(process.execPath, vitest, {
  stdio: 'inherit',
  env: { ...process.env, PERSIST_HOST_ROWS: file },
})
const rows = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : []
rmSync(out, { recursive: true })

const page = readFileSync(PAGE, 'utf8')
const others = rowsBeside(page, rows, paths.length === 0)
if (status === 0) writeFileSync(PAGE, withRows(page, [...rows, ...others]))
else console.log(`${PAGE} is unchanged, since a test failed`)
process.exitCode = status ?? 1
