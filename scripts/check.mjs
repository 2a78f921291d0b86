// Everything that proves the project, in one command: build, types, lint, tests. Ends with 'N passed, N failed'.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packages } from './packages.mjs'
import { testResults } from './test-results.mjs'

/** The packages whose tests another version of Node could not change: the page and the server behave alike. */
const ONCE = ['cli', 'store-mongo']
const MATRIX = packages.filter(({ folder }) => !ONCE.includes(folder)).map(({ folder }) => `packages/${folder}/`)
const out = mkdtempSync(join(tmpdir(), 'persist-check-'))
const results = join(out, 'vitest.json')
let passed = 0
/** What failed, printed again at the end: often only the end of a long output is kept. */
const failures = []

step('build', ['turbo', 'run', 'build', '--output-logs=errors-only'])
step('types', ['tsc', '-p', 'tsconfig.json'])
step('types in pages', ['tsc', '-p', 'test/web/programs/tsconfig.json'])
step('types with legacy decorators', ['tsc', '-p', 'packages/core/test/legacy/tsconfig.json'])
step('lint', ['biome', 'check', '.'])
step('plain words', ['node', 'scripts/words.mjs'])
step('reference', ['node', 'docs/reference/node_modules/typedoc/bin/typedoc', '--options', 'docs/reference'])
step('nothing unused', ['knip', '--no-config-hints'])
step('packages as they are published', ['node', 'scripts/published.mjs'])
const tests = run(['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`])
const main = testResults(results, tests)
passed += main.passed
failures.push(...main.failures)
if (process.env.PERSIST_MATRIX === '1') {
  const matrix = join(out, 'matrix.json')
  step('Node 22 and 24', ['node', 'scripts/matrix.mjs', `--failures=${matrix}`, ...MATRIX])
  if (existsSync(matrix)) failures.push(...JSON.parse(readFileSync(matrix, 'utf8')))
}
if (process.env.PERSIST_WINDOWS === '1') {
  step('Node for Windows', ['vitest', 'run', '--config', 'vitest.windows.config.ts'])
}
// Last and alone: it compares times, though only as ratios.
const accepted = JSON.parse(readFileSync('bench/results/accepted.json', 'utf8')).node
if (majorOf(accepted) === majorOf(process.version)) {
  step('no slower than accepted', ['node', 'bench/dist/bench.js', '--check'])
} else {
  console.log(`SKIPPED "no slower than accepted": accepted with Node ${accepted}, this is ${process.version}`)
}
rmSync(out, { recursive: true })
for (const failure of failures) console.log(`FAILED ${failure}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1

function run(command) {
  console.log(`\n> ${command.join(' ')}`)
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', PATH: `node_modules/.bin:${process.env.PATH}` }
  return (
    spawnSync(command[0], command.slice(1), { stdio: 'inherit', env, shell: process.platform === 'win32' }).status === 0
  )
}

/** Ratios of two versions cannot be compared: an empty script starts four times as fast with Node 22 as with Node 20. */
function majorOf(version) {
  return version.split('.')[0]
}

function step(name, command) {
  const ok = run(command)
  if (ok) passed++
  else failures.push(name)
  console.log(`${name}: ${ok ? 'passed' : 'FAILED'}`)
}
