import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build as buildWithEsbuild, type Format } from 'esbuild'
import { build as buildWithVite } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import { type Packed, pack } from './packed.ts'
import { makeProject, type Project } from './project.ts'

let packed: Packed
let project: Project
let apart: string
beforeAll(() => {
  packed = pack()
  project = makeProject(packed, 'npm', ['@persist/core', '@persist/store-disk'])
  apart = mkdtempSync(join(tmpdir(), 'persist-apart-'))
})
afterAll(() => {
  project.remove()
  packed.remove()
  rmSync(apart, { recursive: true })
})

const FIRST = `computing
1970-01-01T00:00:00.000Z
computing
6 [ [ 3 ] ]
ERR_PERSIST_STORE_NOT_INSTALLED true
ERR_PERSIST_OPTION false
`
const AGAIN = FIRST.replaceAll('computing\n', '')

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

async function withWebpack(entry: string, outfile: string): Promise<void> {
  const compiler = webpack({
    context: project.folder,
    entry,
    mode: 'production',
    target: 'node20',
    experiments: { outputModule: true },
    output: {
      path: join(outfile, '..'),
      filename: outfile.split(/[/\\]/).at(-1)!,
      module: true,
      chunkFormat: 'module',
    },
  })
  await new Promise<void>((resolve, reject) =>
    compiler.run((error, stats) => {
      if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()))
      else resolve()
    }),
  )
}

describe.each([
  ['esbuild, as an ES module', 'mjs', esbuild('esm')],
  ['esbuild, as CommonJS', 'cjs', esbuild('cjs')],
  ['Vite', 'mjs', vite],
  ['webpack', 'mjs', withWebpack],
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

function runIn(folder: string, program: string): string {
  const { NODE_PATH: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout}${stderr.slice(-2_000)}`)
  return stdout
}
