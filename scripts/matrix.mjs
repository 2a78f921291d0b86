// The tests again with other versions of Node, which the npm package `node` brings. Build first: `pnpm test` does.
import { spawnSync } from 'node:child_process'

let failed = 0
for (const version of ['22', '24']) {
  console.log(`\n> Node ${version}`)
  const { status } = spawnSync(
    'npx',
    ['--yes', `--package=node@${version}`, '--', 'node', 'node_modules/vitest/vitest.mjs', 'run', '--reporter=dot'],
    {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) failed++
}
process.exitCode = failed === 0 ? 0 : 1
