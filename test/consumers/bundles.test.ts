import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build as buildWithEsbuild, type Format } from 'esbuild'
import { rollup } from 'rollup'
import { build as buildWithVite } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import { bun } from '../hosts/runtimes.ts'
import { type Packed, pack } from './packed.ts'
import { makeProject, type Project } from './project.ts'

let packed: Packed
let project: Project
let apart: string
beforeAll(() => {
  packed = pack()
  const others = { '@rollup/plugin-node-resolve': '^16.0.0', '@vercel/ncc': '^0.45.0' }
  project = makeProject(
    packed,
    'npm',
    ['core', 'store-disk', 'inputs', 'code'].map((name) => `@persist/${name}`),
    others,
  )
  apart = mkdtempSync(join(tmpdir(), 'persist-apart-'))
})
afterAll(() => {
  project.remove()
  packed.remove()
  rmSync(apart, { recursive: true })
})

const FIRST = `computing
1970-01-01T00:00:00.000Z 4 true
computing
6 [ [ 3 ] ]
6
ERR_PERSIST_STORE_NOT_INSTALLED true
ERR_PERSIST_OPTION false
`
const AGAIN = FIRST.replaceAll('computing\n', '')

const TRACED = `1 a1 1 | miss absent, miss absent, hit, miss absent
1 a1 1 | hit, hit, hit
3 a b3 2 | miss input, miss input, hit, miss absent
3 a bE3 2 | hit, miss input, hit, hit
`

const esbuild = (format: Format) => async (entry: string, outfile: string) => {
  await buildWithEsbuild({
    entryPoints: [entry],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    // `import.meta` is empty in CommonJS, which this tests.
    logOverride: { 'empty-import-meta': 'silent' },
  })
}

async function vite(entry: string, outfile: string): Promise<void> {
  await buildWithVite({
    configFile: false,
    logLevel: 'silent',
    root: project.folder,
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: join(outfile, '..'),
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: outfile.split(/[/\\]/).at(-1)! } },
    },
  })
}

const withWebpack = (isModule: boolean) => async (entry: string, outfile: string) => {
  const compiler = webpack({
    context: project.folder,
    entry,
    mode: 'production',
    target: 'node20',
    experiments: { outputModule: isModule },
    output: {
      path: join(outfile, '..'),
      filename: outfile.split(/[/\\]/).at(-1)!,
      ...(isModule && { module: true, chunkFormat: 'module' }),
    },
  })
  await new Promise<void>((resolve, reject) =>
    compiler.run((error, stats) => {
      if (error || stats?.hasErrors() || stats?.hasWarnings()) reject(error ?? new Error(stats?.toString()))
      else resolve()
    }),
  )
}

async function withRollup(entry: string, outfile: string): Promise<void> {
  const { nodeResolve } = createRequire(join(project.folder, 'main.js'))('@rollup/plugin-node-resolve')
  const bundle = await rollup({ input: entry, plugins: [nodeResolve()] })
  await bundle.write({ file: outfile })
  await bundle.close()
}

async function withNcc(entry: string, outfile: string): Promise<void> {
  const folder = join(outfile, '..')
  execute([
    process.execPath,
    join(project.folder, 'node_modules/@vercel/ncc/dist/ncc/cli.js'),
    'build',
    entry,
    '-o',
    folder,
  ])
  const [made] = readdirSync(folder).filter((name) => name.startsWith('index.'))
  renameSync(join(folder, made!), outfile)
}

async function withBun(entry: string, outfile: string): Promise<void> {
  execute([...bun.command, 'build', entry, '--target', 'node', '--outfile', outfile])
}

describe.each([
  ['esbuild, as an ES module', 'mjs', esbuild('esm')],
  ['esbuild, as CommonJS', 'cjs', esbuild('cjs')],
  ['Vite', 'mjs', vite],
  ['webpack', 'mjs', withWebpack(true)],
  ['Rollup', 'mjs', withRollup],
  ['ncc', 'mjs', withNcc],
  ['bun build', 'mjs', withBun],
] as const)('an application that is bundled by %s', (name, extension, bundle) => {
  const place = name.replace(/\W+/g, '-')

  test('runs without installed packages, with an adapter, or by URL with a registered scheme', async () => {
    const folder = join(apart, place)
    mkdirSync(folder)
    await bundle(join(project.folder, 'bundled.mjs'), join(folder, `main.${extension}`))
    expect(runIn(folder, `main.${extension}`)).toBe(FIRST)
    expect(runIn(folder, `main.${extension}`)).toBe(AGAIN)
  })

  test('finds the store of a URL by itself if that is installed beside it', async () => {
    const folder = join(project.folder, place)
    mkdirSync(folder)
    await bundle(join(project.folder, 'by-url.mjs'), join(folder, `main.${extension}`))
    expect(runIn(folder, `main.${extension}`)).toBe('4 4 1\n')
  })
})

// All bundlers are among the tests of hosts.
test.each([
  ['mjs', esbuild('esm')],
  ['cjs', esbuild('cjs')],
] as const)(
  'an application that esbuild bundles to .%s records what its traced functions read',
  async (extension, bundle) => {
    const folder = join(apart, `traced-${extension}`)
    mkdirSync(folder)
    await bundle(join(project.folder, 'traced.mjs'), join(folder, `main.${extension}`))
    expect(runIn(folder, `main.${extension}`)).toBe(TRACED)
  },
)

describe.each([
  ['esbuild', esbuild('cjs')],
  ['webpack', withWebpack(false)],
  ['ncc', withNcc],
] as const)('a CommonJS application that is bundled by %s', (name, bundle) => {
  test('has all values, times as strings and the tier in memory, and finds the store of a URL beside it', async () => {
    const folder = join(project.folder, `${name}-required`)
    mkdirSync(folder)
    await bundle(join(project.folder, 'required.cjs'), join(folder, 'main.cjs'))
    const kept = /^1970-01-01T00:00:00\.000Z true 2 [12]\ntrue .*; did you mean ttl\?\ntrue ERR_PERSIST_KEY\nfalse\n$/
    const first = runIn(folder, 'main.cjs')
    expect(first).toMatch(/^computing\n/)
    expect(first.replace('computing\n', '')).toMatch(kept)
    expect(runIn(folder, 'main.cjs')).toMatch(kept)
  })
})

function execute([command, ...args]: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command!, args, { cwd: project.folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}

function runIn(folder: string, program: string): string {
  const { NODE_PATH: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout}${stderr.slice(-2_000)}`)
  return stdout
}
