import { join } from 'node:path'
import { build as esbuild, type Format } from 'esbuild'
import { rolldown } from 'rolldown'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'

/** Makes one file of a program. `@persist/*` stay outside, as packages usually do on a server. */
export type Bundle = (folder: string, entry: string, output: string) => Promise<void>

const OURS = /^@persist\//

const byEsbuild =
  (format: Format, minify: boolean, bundlesCore = false): Bundle =>
  async (folder, entry, output) => {
    await esbuild({
      absWorkingDir: folder,
      entryPoints: [entry],
      outfile: join(folder, output),
      format,
      minify,
      bundle: true,
      platform: 'node',
      target: 'node20',
      external: bundlesCore ? [] : ['@persist/*'],
      logOverride: { 'empty-import-meta': 'silent' },
    })
  }

const byRollup: Bundle = async (folder, entry, output) => {
  const bundle = await rollup({ input: join(folder, entry), external: OURS })
  await bundle.write({ file: join(folder, output) })
  await bundle.close()
}

const byRolldown =
  (minify: boolean): Bundle =>
  async (folder, entry, output) => {
    const bundle = await rolldown({ input: join(folder, entry), external: OURS, platform: 'node', logLevel: 'silent' })
    await bundle.write({ file: join(folder, output), minify })
    await bundle.close()
  }

const byVite: Bundle = async (folder, entry, output) => {
  await vite({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: output }, external: OURS },
    },
  })
}

const byWebpack =
  (mode: 'production' | 'development'): Bundle =>
  async (folder, entry, output) => {
    const compiler = webpack({
      context: folder,
      entry: join(folder, entry),
      mode,
      target: 'node20',
      experiments: { outputModule: true },
      externalsType: 'module',
      externals: OURS,
      output: { path: folder, filename: output, module: true, chunkFormat: 'module', library: { type: 'module' } },
    })
    await new Promise<void>((resolve, reject) =>
      compiler.run((error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()))
        else resolve()
      }),
    )
  }

/** A bundler with its settings, and the file name extension of what it makes. */
export const BUNDLERS: readonly (readonly [name: string, bundle: Bundle, extension: 'mjs' | 'cjs'])[] = [
  ['esbuild', byEsbuild('esm', false), 'mjs'],
  ['esbuild --minify', byEsbuild('esm', true), 'mjs'],
  ['esbuild --format=cjs', byEsbuild('cjs', false, true), 'cjs'],
  ['esbuild --format=cjs --minify', byEsbuild('cjs', true, true), 'cjs'],
  ['Rollup', byRollup, 'mjs'],
  ['Rolldown', byRolldown(false), 'mjs'],
  ['Rolldown, minified', byRolldown(true), 'mjs'],
  ['Vite, for the server', byVite, 'mjs'],
  ['webpack', byWebpack('production'), 'mjs'],
  ['webpack in development', byWebpack('development'), 'mjs'],
]
