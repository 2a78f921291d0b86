// Checks the packages as they would be published: with `publint --strict`, the types with `attw` for every resolver, and
// their size. It needs a build, which `pnpm test` makes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packages } from './packages.mjs'

/**
 * In kB: our own code in an application (minified, gzip, without dependencies), the tarball, and what a page loads (minified,
 * gzip, with everything that the package imports). A package that outgrows its
 * budget must become smaller, or gets a larger budget with a reason in the commit.
 */
const BUDGET = {
  cli: { code: 37, tarball: 150 },
  // Half of it is the lexer of es-module-lexer, and the parser of tsconfig.json. A twentieth is what a slice does not show.
  code: { code: 62, tarball: 273 },
  // With codecs, explain, verify and audit: one file, since bundled programs and sync methods need all of it.
  // A thirtieth of it verifies what traced functions read.
  // A hundredth reads the loops of modules that dev servers and test runners evaluate.
  core: { code: 83, tarball: 715, page: 89 },
  errors: { code: 2, tarball: 11 },
  hash: { code: 3, tarball: 18, page: 7 },
  // A third of it is picomatch, for `directory`.
  inputs: { code: 20, tarball: 120 },
  key: { code: 7, tarball: 50, page: 10 },
  pickle: { code: 17, tarball: 277, page: 18 },
  store: { code: 4, tarball: 205, page: 4 },
  'store-disk': { code: 27, tarball: 215 },
  'store-idb': { code: 9, tarball: 79, page: 14 },
  'store-keyv': { code: 9, tarball: 72 },
  'store-lmdb': { code: 16, tarball: 118 },
  'store-mongo': { code: 19, tarball: 140 },
}

const FOR_PAGES = { platform: 'browser', target: 'es2022' }

const problems = []
const folder = mkdtempSync(join(tmpdir(), 'persist-published-'))
try {
  const pack = ['--yes', 'pnpm@12', '-r', '--filter=./packages/*', 'pack', '--pack-destination', folder]
  const { status, stderr } = spawnSync('npx', pack, { encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`the packages cannot be packed: ${stderr}`)
  for (const { folder: name, manifest } of packages) {
    if (BUDGET[name] === undefined) problems.push(`size: @persist/${name} has no budget in scripts/published.mjs`)
    else await checkOne(name, manifest, BUDGET[name])
  }
} finally {
  rmSync(folder, { recursive: true })
}
for (const problem of problems) console.log(problem)
process.exitCode = problems.length === 0 ? 0 : 1

async function checkOne(name, manifest, budget) {
  const directory = join('packages', name)
  const tarball = readFileSync(join(folder, `persist-${name}-${manifest.version}.tgz`))
  const { buffer, byteOffset, length } = tarball
  const data = buffer.slice(byteOffset, byteOffset + length)

  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  for (const message of messages) {
    if (message.type !== 'suggestion') problems.push(`publint: @persist/${name}: ${formatMessage(message, pkg)}`)
  }

  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(data)))
  for (const problem of types.problems ?? []) problems.push(`attw: @persist/${name}: ${JSON.stringify(problem)}`)

  const weight = { code: (await codeOf(directory, manifest)) / 1000, tarball: tarball.length / 1000 }
  const page = manifest.exports?.['.']?.browser?.default
  if (page !== undefined) weight.page = (await sizeOf(join(directory, page), FOR_PAGES)) / 1000
  const row = Object.keys(weight).map((what) => {
    if (budget[what] === undefined) problems.push(`size: @persist/${name} has no budget for its ${what}`)
    if (weight[what] > budget[what]) problems.push(`size: @persist/${name}: its ${what} outgrew ${budget[what]} kB`)
    return `${weight[what].toFixed(1).padStart(6)} of ${String(budget[what]).padStart(3)} kB ${what}`
  })
  console.log(`${name.padEnd(12)} ${row.join('  ')}`)
}

/** The compressed bytes of the main entry point, or of the command. */
async function codeOf(directory, { exports, bin }) {
  const entry = exports?.['.']?.default ?? Object.values(bin ?? {})[0]
  return sizeOf(join(directory, entry), { packages: 'external', platform: 'node' })
}

async function sizeOf(entry, options) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    splitting: true,
    outdir: 'out',
    logLevel: 'error',
  })
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0)
}
