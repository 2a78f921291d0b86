import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packages } from '../../scripts/packages.mjs'
import { type Packed, pack } from './packed.ts'
import { makeProject, type Project } from './project.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)
const NEWEST = 'TypeScript 7.0'
const COMPILERS = {
  [NEWEST]: 'typescript/bin/tsc',
  'TypeScript 5.9': 'typescript-5/lib/tsc.js',
  'TypeScript 5.4': 'typescript-5.4/lib/tsc.js',
} as const
const RESOLUTIONS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
} as const

let packed: Packed
let project: Project
beforeAll(() => {
  packed = pack()
  const imported = packages.filter(({ entries }) => entries.length > 0)
  project = makeProject(
    packed,
    'npm',
    imported.map(({ name }) => name),
  )
})
afterAll(() => {
  project.remove()
  packed.remove()
})

const cases = Object.entries(COMPILERS).flatMap(([compiler, path]) =>
  Object.entries(RESOLUTIONS).flatMap(([resolution, modules]) =>
    (compiler === NEWEST && resolution === 'nodenext' ? [true, false] : [true]).map((exact) => ({
      compiler,
      path,
      resolution,
      modules,
      exact,
    })),
  ),
)

describe.each(cases)('$compiler, $resolution, exactOptionalPropertyTypes: $exact', ({ path, modules, exact }) => {
  const strict = {
    ...modules,
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: exact,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    // This checks the published types themselves.
    skipLibCheck: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'declared',
  }

  test('the published types have no error, and accept and refuse what they should', () => {
    const lib = ['es2023', 'esnext.disposable', 'esnext.decorators']
    const node = { lib, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] }
    expect(compile(path, { ...strict, ...node }, 'typed.ts')).toBe('')
  })

  test('a program without types of Node has no error', () => {
    const dom = { lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'], types: [], typeRoots: [] }
    expect(compile(path, { ...strict, ...dom }, 'typed-without-node.ts')).toBe('')
  })
})

function compile(compiler: string, compilerOptions: object, file: string): string {
  writeFileSync(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  const { status, stdout } = spawnSync(process.execPath, [pathOf(compiler), '-p', '.'], {
    cwd: project.folder,
    encoding: 'utf8',
  })
  return status === 0 ? '' : `${status} ${stdout}`
}

/** A file of a package, even if its `exports` do not list it. */
function pathOf(within: string): string {
  const [name, ...rest] = within.split('/')
  const found = require.resolve.paths(name!)!.map((modules) => join(modules, name!, 'package.json'))
  return join(found.find((path) => existsSync(path))!, '..', ...rest)
}
