import { join } from 'node:path'
import { type BuildOptions, build as esbuild, type Format } from 'esbuild'
import { rolldown } from 'rolldown'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack, { type Configuration } from 'webpack'

/** Bundles a program into one file. `@persist/*` stay outside, as packages usually do on a server. */
export type Bundle = (folder: string, entry: string, output: string) => Promise<void>

const OURS = /^@persist\//

const byEsbuild =
  (format: Format, minify: boolean, bundlesCore = false, more: BuildOptions = {}): Bundle =>
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
      ...more,
    })
  }

const byRollup: Bundle = async (folder, entry, output) => {
  const bundle = await rollup({ input: join(folder, entry), external: OURS })
  await bundle.write({ file: join(folder, output) })
  await bundle.close()
}

const byRolldown =
  (minify: boolean, sourcemap = false): Bundle =>
  async (folder, entry, output) => {
    const bundle = await rolldown({ input: join(folder, entry), external: OURS, platform: 'node', logLevel: 'silent' })
    await bundle.write({ file: join(folder, output), minify, sourcemap })
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
  (mode: 'production' | 'development', settings: Configuration = {}): Bundle =>
  async (folder, entry, output) => {
    await runWebpack({
      context: folder,
      entry: join(folder, entry),
      mode,
      target: 'node20',
      experiments: { outputModule: true },
      externalsType: 'module',
      externals: OURS,
      ...settings,
      output: {
        path: folder,
        filename: output,
        ...(settings.output ?? { module: true, chunkFormat: 'module', library: { type: 'module' } }),
      },
    })
  }

/** Runs webpack to its end. Its errors are an error. */
export function runWebpack(configuration: Configuration): Promise<void> {
  return new Promise((resolve, reject) =>
    webpack(configuration).run((error, stats) => {
      if (error || stats?.hasErrors()) reject(error ?? new Error(String(stats)))
      else resolve()
    }),
  )
}

/** Bundles entries for development into `dist/[name].cjs`, as programs of a server. */
export function byWebpackIntoDist(
  context: string,
  entry: NonNullable<Configuration['entry']>,
  devtool: NonNullable<Configuration['devtool']>,
): Promise<void> {
  return runWebpack({
    context,
    entry,
    mode: 'development',
    devtool,
    target: 'node20',
    externalsType: 'node-commonjs',
    externals: OURS,
    output: { path: join(context, 'dist'), filename: '[name].cjs' },
  })
}

/** As webpack bundles for a server by default. A module of CommonJS in the bundle gives its other modules a function around. */
export const byWebpackAsCommonJs = (settings: Configuration = {}): Bundle =>
  byWebpack('production', {
    experiments: {},
    externalsType: 'node-commonjs',
    output: { library: { type: 'commonjs2' } },
    ...settings,
  })

/** A bundler with its settings, and the file name extension of its output. */
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

/** Bundlers that rename variables, and write a source map. */
export const WITH_SOURCE_MAPS: typeof BUNDLERS = [
  ['esbuild --minify --sourcemap', byEsbuild('esm', true, false, { sourcemap: true }), 'mjs'],
  ['esbuild --minify --sourcemap=inline', byEsbuild('cjs', true, true, { sourcemap: 'inline' }), 'cjs'],
  ['Rolldown, minified, with a source map', byRolldown(true, true), 'mjs'],
]
/** Replaces `STAGE` by a value. */
export const byEsbuildWith = (stage: string): Bundle =>
  byEsbuild('esm', true, false, { sourcemap: true, define: { STAGE: JSON.stringify(stage) } })
