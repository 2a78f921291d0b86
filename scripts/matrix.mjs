// Runs the tests with other versions of Node, from the npm package `node`. It needs a build, which `pnpm test` makes.
//   pnpm test:matrix [paths of tests]
import { spawnSync } from 'node:child_process'

const VERSIONS = ['22', '24']
const tests = process.argv.slice(2)

const failed = VERSIONS.filter((version) => {
  console.log(`\n> Node ${version}`)
  const vitest = ['node', 'node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', ...tests]
  const { status } = spawnSync('npx', ['--yes', `--package=node@${version}`, '--', ...vitest], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return status !== 0
})
if (failed.length > 0) console.log(`failed with Node ${failed.join(' and ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
