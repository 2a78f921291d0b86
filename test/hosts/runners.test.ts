import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { folderBelow } from '../field/folder.ts'
import { installedWith } from '../field/install.ts'
import { recordRow } from '../support/host-rows.ts'
import { describeHosts } from './describe-host.ts'
import { run, succeed } from './exam.ts'
import { node26 } from './runtimes.ts'
import { NODE, versionIn } from './versions.ts'

// What runs a program or its tests as they are written, without a build.

let installed: string
beforeAll(() => {
  installed = installedWith({
    '@types/node': '^20.19.0',
    tsx: '^4.23.15',
    typescript: '^5.9.3',
  })
})

const inInstalled = (path: string) => join(installed, 'node_modules', path)

describeHosts(
  [
    {
      host: 'tsx, ES modules',
      version: () => versionIn(installed, 'tsx'),
      bundles: false,
      subject: () => ({
        language: 'mts',
        build: () => [process.execPath, inInstalled('tsx/dist/cli.mjs'), 'main.mts'],
      }),
    },
    {
      host: 'tsx, CommonJS',
      version: () => versionIn(installed, 'tsx'),
      bundles: false,
      subject: () => ({ language: 'ts', build: () => [process.execPath, inInstalled('tsx/dist/cli.mjs'), 'main.ts'] }),
    },
    {
      host: 'Node, which strips types',
      version: () => node26.version,
      bundles: false,
      subject: () => ({ language: 'mts', build: () => [...node26.command, 'main.mts'] }),
    },
  ],
  () => installed,
)

test('tests of node:test keep results from run to run, and a ttl ends by its mocked clock', () => {
  const folder = folderBelow(installed, {
    'program.test.mjs': `
      import assert from 'node:assert/strict'
      import { beforeEach, describe, it, mock } from 'node:test'
      import { persist, PersistError } from '@persist/core'

      let runs = 0
      const load = (id) => { runs++; return { at: new Date(id), seen: new Map([[1, new Set([2n])]]) } }
      beforeEach(() => { runs = 0 })

      it('computes only what no earlier run has kept', () => {
        const kept = persist(load, { funcname: 'kept', ttl: '1h' })
        for (let i = 0; i < 2; i++) assert.deepEqual(kept(1), { at: new Date(1), seen: new Map([[1, new Set([2n])]]) })
        assert.equal(runs, Number(process.env.RUNS))
      })
      it('mocks a function that is persisted', async () => {
        const original = mock.fn(async (x) => 2 * x)
        const double = persist(original, { funcname: 'double', cache: 'memory://m' })
        assert.deepEqual(await Promise.all([double(2), double(2)]), [4, 4])
        assert.equal(original.mock.callCount(), 1)
      })
      it('ends a ttl by the mocked clock', () => {
        mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval'], now: Date.now() })
        const short = persist(load, { funcname: 'short', cache: 'memory://m', ttl: '1m' })
        short(1)
        mock.timers.tick(59_000)
        short(1)
        assert.equal(runs, 1)
        mock.timers.tick(2_000)
        short(1)
        assert.equal(runs, 2)
        mock.timers.reset()
      })
      it('gets errors of ours', () => {
        assert.throws(() => persist(load, { funcname: 'wrong', cache: 'fil://x' }), PersistError)
      })`,
  })
  for (const RUNS of ['1', '0']) {
    const { stdout } = succeed(run(folder.path, [process.execPath, '--test'], { RUNS }))
    expect(stdout).toMatch(/^(#|ℹ) pass 4$/m)
  }
  recordRow({
    host: 'node:test',
    version: NODE,
    ran: 'default cache, mocked functions and timers, errors',
    result: 'passed',
  })
})
