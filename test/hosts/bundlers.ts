import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build as esbuild, type Format } from 'esbuild'
import { rolldown } from 'rolldown'
import { rollup } from 'rollup'
import type { InlineConfig } from 'vite'
import webpack from 'webpack'
import type { Build } from './exam.ts'
import { bun } from './runtimes.ts'

// Each bundler makes one file in `out` with all packages inside, as it does by its own choice of settings for Node.

/** An ES module by Node. */
const RUN_MODULE = [process.execPath, 'out/main.mjs']

export const withEsbuild =
  (format: Format): Build =>
  async (folder) => {
    const outfile = `out/main.${format === 'cjs' ? 'cjs' : 'mjs'}`
    await esbuild({
      absWorkingDir: folder,
      entryPoints: ['main.mjs'],
      outfile,
      format,
      bundle: true,
      minify: true,
      platform: 'node',
      logLevel: 'error',
    })
    return [process.execPath, outfile]
  }

export const withRolldown: Build = async (folder) => {
  const bundle = await rolldown({ input: join(folder, 'main.mjs'), platform: 'node', logLevel: 'silent' })
  await bundle.write({ file: join(folder, 'out/main.mjs'), minify: true })
  await bundle.close()
  return RUN_MODULE
}

export const withRollup =
  (installed: string): Build =>
  async (folder) => {
    const require = createRequire(join(installed, 'main.js'))
    const { nodeResolve } = require('@rollup/plugin-node-resolve')
    const { default: terser } = require('@rollup/plugin-terser')
    const bundle = await rollup({ input: join(folder, 'main.mjs'), plugins: [nodeResolve(), terser()] })
    await bundle.write({ file: join(folder, 'out/main.mjs') })
    await bundle.close()
    return RUN_MODULE
  }

export const withWebpack: Build = async (folder) => {
  const compiler = webpack({
    context: folder,
    entry: './main.mjs',
    mode: 'production',
    target: 'node20',
    output: { path: join(folder, 'out'), filename: 'main.cjs' },
  })
  await new Promise<void>((resolve, reject) =>
    compiler.run((error, stats) => {
      if (error || stats?.hasErrors() || stats?.hasWarnings()) reject(error ?? new Error(stats?.toString()))
      else resolve()
    }),
  )
  return [process.execPath, 'out/main.cjs']
}

/** A build for the server by the Vite of a folder. Packages stay outside unless `inside`. */
export const withVite =
  (installed: string, inside: boolean): Build =>
  async (folder) => {
    const entry = createRequire(join(installed, 'main.js')).resolve('vite/package.json')
    const vite = (await import(pathToFileURL(join(entry, '../dist/node/index.js')).href)) as {
      build(config: InlineConfig): Promise<unknown>
    }
    await vite.build({
      configFile: false,
      logLevel: 'error',
      root: folder,
      ...(inside && { ssr: { noExternal: true } }),
      build: {
        ssr: 'main.mjs',
        outDir: 'out',
        minify: true,
        rollupOptions: { output: { entryFileNames: 'main.mjs' } },
      },
    })
    return RUN_MODULE
  }

export const withNcc =
  (installed: string): Build =>
  (folder) => {
    execute(folder, [
      process.execPath,
      join(installed, 'node_modules/@vercel/ncc/dist/ncc/cli.js'),
      'build',
      'main.mjs',
      '--minify',
      '-o',
      'out',
    ])
    return [process.execPath, 'out/index.mjs']
  }

export const withBun =
  (...flags: readonly string[]): Build =>
  (folder) => {
    const compiles = flags.includes('--compile')
    const output = compiles ? 'out/main' : 'out/main.mjs'
    execute(folder, [...bun.command, 'build', 'main.mjs', '--minify', ...flags, '--outfile', output])
    return compiles ? [join(folder, output)] : [process.execPath, output]
  }

/** Runs a command in a folder. Throws if it fails. */
export function execute(
  cwd: string,
  [command, ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): void {
  const { status, stdout, stderr } = spawnSync(command!, args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}
