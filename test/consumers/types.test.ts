import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Packed, pack } from './packed.ts'
import { makeProject, type Project } from './project.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)
const TYPESCRIPT_7 = 'typescript/bin/tsc'
const TYPESCRIPT_5 = 'typescript-5/lib/tsc.js'

let packed: Packed
let project: Project
beforeAll(() => {
  packed = pack()
  const ours = ['core', 'key', 'pickle', 'store', 'store-disk', 'store-keyv', 'store-lmdb', 'store-mongo']
  project = makeProject(
    packed,
    'npm',
    ours.map((name) => `@persist/${name}`),
  )
})
afterAll(() => {
  project.remove()
  packed.remove()
})

test.each([
  ['TypeScript 7, nodenext', TYPESCRIPT_7, { module: 'nodenext', moduleResolution: 'nodenext' }],
  ['TypeScript 7, bundler', TYPESCRIPT_7, { module: 'esnext', moduleResolution: 'bundler' }],
  ['TypeScript 5, nodenext', TYPESCRIPT_5, { module: 'nodenext', moduleResolution: 'nodenext' }],
])('the published types have no error, and say what they should: %s', (_, compiler, modules) => {
  const compilerOptions = {
    ...modules,
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable', 'esnext.decorators'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    // The published types themselves are what is tested.
    skipLibCheck: false,
    noEmit: true,
  }
  writeFileSync(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }))
  const { status, stdout } = spawnSync(process.execPath, [pathOf(compiler), '-p', '.'], {
    cwd: project.folder,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

/** Within a package, whatever its `exports` say. */
function pathOf(within: string): string {
  const [name, ...rest] = within.split('/')
  const found = require.resolve.paths(name!)!.map((modules) => join(modules, name!, 'package.json'))
  return join(found.find((path) => existsSync(path))!, '..', ...rest)
}
