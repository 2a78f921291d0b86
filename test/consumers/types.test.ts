import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packages } from '../../scripts/packages.mjs'
import { recordRow } from '../support/host-rows.ts'
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
/** Where the sources of a CommonJS package lie. */
const COMMONJS = 'commonjs'
const RESOLUTIONS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  node16: { module: 'node16', moduleResolution: 'node16' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  'nodenext, CommonJS': { module: 'nodenext', moduleResolution: 'nodenext', of: COMMONJS },
  'node16, CommonJS': { module: 'node16', moduleResolution: 'node16', of: COMMONJS },
  'node10, CommonJS': { module: 'commonjs', moduleResolution: 'node10', of: COMMONJS },
} as const
/** What a compiler has no longer. */
const REMOVED: readonly string[] = [`${NEWEST}, node10, CommonJS`]

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
  mkdirSync(join(project.folder, COMMONJS))
  writeFileSync(join(project.folder, COMMONJS, 'package.json'), JSON.stringify({ type: 'commonjs' }))
  for (const file of ['typed.ts', 'typed-without-node.ts'])
    cpSync(join(project.folder, file), join(project.folder, COMMONJS, file))
})
afterAll(() => {
  project.remove()
  packed.remove()
})

const cases = Object.entries(COMPILERS).flatMap(([compiler, path]) =>
  Object.entries<{ module: string; moduleResolution: string; of?: string }>(RESOLUTIONS)
    .filter(([resolution]) => !REMOVED.includes(`${compiler}, ${resolution}`))
    .flatMap(([resolution, { of = '.', ...modules }]) =>
      (compiler === NEWEST && resolution === 'nodenext' ? [true, false] : [true]).map((exact) => ({
        compiler,
        path,
        resolution,
        modules,
        of,
        exact,
      })),
    ),
)

describe.each(cases)('$compiler, $resolution, exactOptionalPropertyTypes: $exact', (row) => {
  const { path, modules, of, exact, compiler, resolution } = row
  const strict = {
    ...modules,
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: exact,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: of !== COMMONJS,
    // This checks the published types themselves.
    skipLibCheck: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: '.',
    outDir: 'declared',
  }

  test('the published types have no error, and accept and refuse what they should', () => {
    const lib = ['es2023', 'esnext.disposable', 'esnext.decorators']
    const node = { lib, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] }
    expect(compile(path, { ...strict, ...node }, join(of, 'typed.ts'))).toBe('')
    recordRow({
      host: 'TypeScript',
      version: compiler.replace('TypeScript ', ''),
      ran: `published types, \`skipLibCheck: false\`, \`moduleResolution\` ${resolution}`,
      result: 'passed',
    })
  })

  test('a program without types of Node has no error', () => {
    const dom = { lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'], types: [], typeRoots: [] }
    expect(compile(path, { ...strict, ...dom }, join(of, 'typed-without-node.ts'))).toBe('')
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
