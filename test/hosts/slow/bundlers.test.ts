import { beforeAll } from 'vitest'
import { installedWith } from '../../field/install.ts'
import { withBun, withEsbuild, withNcc, withRolldown, withRollup, withVite, withWebpack } from '../bundlers.ts'
import { describeHosts, type Host } from '../describe-host.ts'
import type { Build } from '../exam.ts'
import { bun } from '../runtimes.ts'
import { versionHere, versionIn } from '../versions.ts'

// Bundled with all packages and minified.

let installed: string
beforeAll(() => {
  installed = installedWith({
    '@rollup/plugin-node-resolve': '^16.0.0',
    '@rollup/plugin-terser': '^1.0.0',
    '@vercel/ncc': '^0.45.0',
    vite: '^8.3.8',
  })
})

const here = (name: string) => () => versionHere(name)
const there = (name: string) => () => versionIn(installed, name)

const HOSTS: readonly (Omit<Host, 'bundles' | 'subject'> & { build(): Build })[] = [
  { host: 'esbuild, to an ES module', version: here('esbuild'), build: () => withEsbuild('esm') },
  { host: 'esbuild, to CommonJS', version: here('esbuild'), build: () => withEsbuild('cjs') },
  { host: 'Rolldown', version: here('rolldown'), build: () => withRolldown },
  { host: 'Rollup', version: here('rollup'), build: () => withRollup(installed) },
  { host: 'webpack', version: here('webpack'), build: () => withWebpack },
  { host: 'Vite, for the server, all inside', version: there('vite'), build: () => withVite(installed, true) },
  { host: 'Vite, for the server', version: there('vite'), build: () => withVite(installed, false) },
  { host: 'ncc', version: there('@vercel/ncc'), build: () => withNcc(installed) },
  { host: 'bun build', version: () => bun.version, build: () => withBun('--target', 'node') },
]

describeHosts(
  HOSTS.map(({ build, ...host }) => ({
    ...host,
    // Vite leaves packages outside, by default.
    bundles: host.host !== 'Vite, for the server',
    subject: () => ({ build: build() }),
  })),
  () => installed,
)
