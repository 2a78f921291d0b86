import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, test } from 'vitest'
import { installedWith } from '../../field/install.ts'
import { recordRow } from '../../support/host-rows.ts'
import { execute, withBun, withEsbuild } from '../bundlers.ts'
import { describeHosts } from '../describe-host.ts'
import { type Build, findsNoStore } from '../exam.ts'
import { bun } from '../runtimes.ts'
import { NODE } from '../versions.ts'

// A program and its runtime in one file: Node's "single executable applications", and those of Bun.

let installed: string
beforeAll(() => {
  installed = installedWith({ postject: '1.0.0-alpha.6' })
})

/** Puts a bundle into a copy of the Node that runs this, as Node's own guide does. */
const withNode: Build = async (folder) => {
  await withEsbuild('cjs')(folder)
  const executable = join(folder, 'out/main')
  const config = { main: 'out/main.cjs', output: 'out/blob', disableExperimentalSEAWarning: true }
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(config))
  execute(folder, [process.execPath, '--experimental-sea-config', 'sea.json'])
  copyFileSync(process.execPath, executable)
  chmodSync(executable, 0o755)
  execute(folder, [
    process.execPath,
    join(installed, 'node_modules/postject/dist/cli.js'),
    executable,
    'NODE_SEA_BLOB',
    'out/blob',
    '--sentinel-fuse',
    'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
  ])
  return [executable]
}

const BUN = withBun('--compile')

describeHosts(
  [
    { host: 'Node, single executable', version: () => NODE, bundles: true, subject: () => ({ build: withNode }) },
    {
      host: 'bun build --compile',
      version: () => bun.version,
      bundles: true,
      subject: () => ({ build: BUN, registers: true }),
    },
  ],
  () => installed,
)

test('an executable of Bun does not look for installed packages, and its error names the line', async () => {
  await findsNoStore(installed, { build: BUN })
  recordRow({
    host: 'bun build --compile',
    version: bun.version,
    ran: 'default cache, store installed beside it',
    result: 'declared',
    why: 'the executable finds no packages outside of itself; the error names the line `registerStore("file", fromUrl)`',
  })
})
