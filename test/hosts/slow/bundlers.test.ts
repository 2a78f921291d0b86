import { beforeAll, describe, test } from 'vitest'
import { installedWith } from '../../field/install.ts'
import { recordRow } from '../../support/host-rows.ts'
import { withBun, withEsbuild, withNcc, withRolldown, withRollup, withVite, withWebpack } from '../bundlers.ts'
import { type Build, keepsResults, mixesNothingUp, runsAlone } from '../exam.ts'
import { versionHere, versionIn } from '../versions.ts'

let installed: string
beforeAll(() => {
  installed = installedWith({
    '@rollup/plugin-node-resolve': '^16.0.0',
    '@rollup/plugin-terser': '^1.0.0',
    '@vercel/ncc': '^0.45.0',
    vite: '^8.3.8',
  })
})

interface Host {
  readonly host: string
  version(): string
  build(): Build
  /** Packages stay outside of the bundle, so it does not run alone. */
  readonly keepsPackagesOutside?: true
}

const here = (name: string) => () => versionHere(name)
const there = (name: string) => () => versionIn(installed, name)

const HOSTS: readonly Host[] = [
  { host: 'esbuild, to an ES module', version: here('esbuild'), build: () => withEsbuild('esm') },
  { host: 'esbuild, to CommonJS', version: here('esbuild'), build: () => withEsbuild('cjs') },
  { host: 'Rolldown', version: here('rolldown'), build: () => withRolldown },
  { host: 'Rollup', version: here('rollup'), build: () => withRollup(installed) },
  { host: 'webpack', version: here('webpack'), build: () => withWebpack },
  { host: 'Vite, for the server, all inside', version: there('vite'), build: () => withVite(installed, true) },
  {
    host: 'Vite, for the server',
    version: there('vite'),
    build: () => withVite(installed, false),
    keepsPackagesOutside: true,
  },
  { host: 'ncc', version: there('@vercel/ncc'), build: () => withNcc(installed) },
  { host: 'bun build', version: () => '1.4', build: () => withBun('--target', 'node') },
]

describe.each(HOSTS)('a program that is bundled and minified by $host', ({ host, version, build, ...how }) => {
  const record = (ran: string) => recordRow({ host, version: version(), ran, result: 'passed' })

  test('keeps results from run to run and from build to build, in the default cache', async () => {
    await keepsResults(installed, build())
    record('default cache, modules in another order')
  })

  test('gives no function the results of another that has its name', async () => {
    await mixesNothingUp(installed, build())
    record('two functions of one name, without `funcname`')
  })

  test.skipIf(how.keepsPackagesOutside)('runs alone with the line that its error names', async () => {
    await runsAlone(installed, build())
    record('alone, with `registerStore`')
  })
})
