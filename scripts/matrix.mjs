// Runs the tests with other versions of Node, from the npm package `node`. It needs a build, which `pnpm test` makes.
//   pnpm test:matrix [--failures=<file>] [paths of tests]
// With --failures it writes a line for each failed test to the file, as JSON.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testResults } from './test-results.mjs'

const VERSIONS = ['22', '24']
const FAILURES = '--failures='
const args = process.argv.slice(2)
const report = args.find((arg) => arg.startsWith(FAILURES))?.slice(FAILURES.length)
const tests = args.filter((arg) => !arg.startsWith(FAILURES))
const out = mkdtempSync(join(tmpdir(), 'persist-matrix-'))

const failures = VERSIONS.flatMap((version) => {
  console.log(`\n> Node ${version}`)
  const results = join(out, `${version}.json`)
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${results}`]
  const vitest = ['node', 'node_modules/vitest/vitest.mjs', 'run', ...reporters, ...tests]
  const { status } = spawnSync('npx', ['--yes', `--package=node@${version}`, '--', ...vitest], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return testResults(results, status === 0).failures.map((failure) => `Node ${version}: ${failure}`)
})
rmSync(out, { recursive: true })
for (const failure of failures) console.log(`FAILED ${failure}`)
if (report !== undefined) writeFileSync(report, JSON.stringify(failures))
process.exitCode = failures.length === 0 ? 0 : 1
