import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { CodeOptions } from '@persist/code'
import { describe, expect, it, vi } from 'vitest'
import { type Files, Project } from './support/project.ts'

const MAIN = `import { helper } from './helper.ts'
import config from './config.json' with { type: 'json' }
import { pad } from 'padlib'
import type { T } from './types.ts'
const FACTOR = 2
const unrelated = (x: number) => x - 1
export function f(x: number): number {
  // a comment
  const y = helper(x) * FACTOR
  return pad(y) + config.offset
}
export const other = (x: number) => unrelated(x)
`
const FILES: Files & Record<string, string> = {
  'package.json': '{"name":"program","version":"1.0.0","type":"module"}',
  'main.ts': MAIN,
  'helper.ts': `import { deep } from './deep.ts'
export const helper = (x: number) => deep(x) + 1
export const unused = 1
`,
  'deep.ts': 'export const deep = (x: number) => x * x\n',
  'types.ts': 'export interface T { a: number }\n',
  'config.json': '{"offset": 1}\n',
  'node_modules/padlib/package.json':
    '{"name":"padlib","version":"1.0.0","type":"module","dependencies":{"innerlib":"*"},"exports":"./index.js"}',
  'node_modules/padlib/index.js': "import {inner} from 'innerlib'\nexport const pad = (x) => inner(x)\n",
  'node_modules/innerlib/package.json': '{"name":"innerlib","version":"1.0.0","type":"module","exports":"./index.js"}',
  'node_modules/innerlib/index.js': 'export const inner = (x) => x\n',
}

type Edit = readonly [what: string, file: string, from: string | RegExp, to: string]
const THAT_MATTER: readonly Edit[] = [
  ['the body of the function', 'main.ts', '* FACTOR', '+ FACTOR'],
  ['a constant of the module', 'main.ts', 'FACTOR = 2', 'FACTOR = 3'],
  ['a helper in another file', 'helper.ts', '+ 1', '+ 2'],
  ['a helper of the helper', 'deep.ts', 'x * x', 'x + x'],
  ['imported JSON', 'config.json', '1', '2'],
  ['the version of a package', 'node_modules/padlib/package.json', '1.0.0', '1.0.1'],
  ['the version of a package of a package', 'node_modules/innerlib/package.json', '1.0.0', '1.0.1'],
]
const IN_A_PACKAGE: Edit = ['a package in place', 'node_modules/padlib/index.js', 'inner(x)', 'inner(x) + 1']
const THAT_DO_NOT: readonly Edit[] = [
  ['a comment', 'main.ts', '// a comment', '// another'],
  ['formatting', 'main.ts', '  const y', '      const y'],
  ['a type annotation', 'main.ts', '(x: number): number', '(x: number)'],
  ['an unrelated function of the file', 'main.ts', 'x - 1', 'x - 2'],
  ['an unused export of the helper', 'helper.ts', 'unused = 1', 'unused = 2'],
  ['a type in another file', 'types.ts', 'a: number', 'a: string'],
]
const LOCAL_NAME: Edit = ['the name of a local variable', 'main.ts', /\by\b/g, 'z']

const OPTIONS = {
  code: {},
  content: { packages: 'content' },
  of: { of: 'f' },
  'of, content': { of: 'f', packages: 'content' },
} as const

/** Whether an edit changes the digest. */
function isSeen([, file, from, to]: Edit, options: (typeof OPTIONS)[keyof typeof OPTIONS]): boolean {
  const edited = FILES[file]!.replace(from, to)
  expect(edited).not.toBe(FILES[file])
  const project = new Project(FILES)
  const before = project.read('main.ts', options)
  project.write({ [file]: edited })
  const after = project.read('main.ts', options)
  return before.digest !== after.digest
}

describe.each(Object.entries(OPTIONS))('code(module, %s)', (name, options) => {
  // What packages count as does not change how the program's own files are read.
  it.each(name.includes('content') ? [] : THAT_MATTER)('sees an edit of %s', (...edit) => {
    expect(isSeen(edit, options)).toBe(true)
  })

  it(`${name.includes('content') ? 'sees' : 'does not see'} an edit of a package in place`, () => {
    expect(isSeen(IN_A_PACKAGE, options)).toBe(name.includes('content'))
  })
})

it('an edit of code that is never loaded, that is of a type in another file, does not count', () => {
  expect(isSeen(THAT_DO_NOT.at(-1)!, {})).toBe(false)
})

it.each(THAT_DO_NOT)('with of, an edit of %s does not count', (...edit) => {
  expect(isSeen(edit, OPTIONS.of)).toBe(false)
})

it('with of, a new neighbor between two declarations with effects does not count', () => {
  const project = new Project({ 'main.js': 'const log = console.log(1)\nexport const f = () => log' })
  const before = project.read('main.js', { of: 'f' })
  project.write({ 'main.js': 'const log = console.log(1)\nexport const unused = 1\nexport const f = () => log' })
  expect(project.read('main.js', { of: 'f' }).digest).toBe(before.digest)
})

it('with of, only an edit of the name of a local variable counts without need', () => {
  expect(isSeen(LOCAL_NAME, OPTIONS.of)).toBe(true)
})

describe.each(Object.entries({ code: {}, of: { of: 'f' } }))(
  'with code(module, %s), how files are run counts:',
  (_, options) => {
    const digest = (files: Files) =>
      new Project({ 'main.js': 'export const f = () => 1', ...files }).read('main.js', options).digest

    it('another type in package.json', () => {
      const types = ['', ',"type":"module"', ',"type":"commonjs"'].map((type) =>
        digest({ 'package.json': `{"name":"p"${type}}` }),
      )
      expect(new Set(types).size).toBe(3)
    })

    it('another type in a package.json without a name, in the folder of a file', () => {
      const types = ['module', 'commonjs'].map((type) =>
        digest({
          'package.json': '{"name":"p"}',
          'main.js': "import './part/a.js'\nexport const f = () => 1",
          'part/package.json': `{"type":"${type}"}`,
          'part/a.js': 'globalThis.a = 1',
        }),
      )
      expect(new Set(types).size).toBe(2)
    })
  },
)

it('files that say themselves what they are do not count the type of their package', () => {
  const [module, commonjs] = ['module', 'commonjs'].map((type) =>
    new Project({ 'package.json': `{"name":"p","type":"${type}"}`, 'main.mjs': 'export const f = 1' }).read('main.mjs'),
  )
  expect(module!.digest).toBe(commonjs!.digest)
})

it('with of, side effects that package.json declares count if they change what is bundled', () => {
  const project = new Project({
    'package.json': '{"name":"p","type":"module"}',
    'main.js': "import { b } from './b.js'\nexport const f = () => 1\nexport const g = () => b",
    'b.js': 'globalThis.b = 1\nexport const b = 2',
  })
  // With a manifest, which remembers what was bundled.
  project.write({ 'node_modules/other/package.json': '{}' })
  const digest = () => project.read('main.js', { of: 'f', manifest: true }).digest
  const before = digest()
  project.write({ 'package.json': '{"name":"p","type":"module","sideEffects":false}' })
  expect(digest()).not.toBe(before)
})

describe('with of, the version of a package counts', () => {
  const PROGRAM = { name: 'program', version: '1.0.0', type: 'module' }
  const MODULE = "import { a } from 'dependency'\nimport { b } from './part/b.js'\nexport const f = () => a + b"
  it.each<[where: string, edited: string, imports: object, main: string, name?: string]>([
    ['under its name', 'node_modules/dependency', {}, MODULE, 'dependency'],
    ['under an alias', 'node_modules/dependency', {}, MODULE, 'another'],
    ['without a name', 'node_modules/dependency', {}, MODULE],
    ['that a part has in another version', 'part/node_modules/dependency', {}, MODULE, 'dependency'],
    ['under a name of imports', 'node_modules/dependency', { '#d': 'dependency' }, "export { a as f } from '#d'", 'd'],
  ])('%s', (_, edited, imports, main, name) => {
    const versioned = (version: string) => JSON.stringify({ name, version, type: 'module', exports: './index.js' })
    const installed = (folder: string) => ({
      [`${folder}/package.json`]: versioned('1.0.0'),
      [`${folder}/index.js`]: 'export const a = 1',
    })
    const project = new Project({
      'package.json': JSON.stringify({ ...PROGRAM, imports }),
      'main.js': main,
      'part/b.js': "export { a as b } from 'dependency'",
      ...installed('node_modules/dependency'),
      ...installed('part/node_modules/dependency'),
    })
    const read = () => project.read('main.js', { of: 'f' }).digest
    const before = read()
    project.write({ [`${edited}/package.json`]: versioned('2.0.0') })
    expect(read()).not.toBe(before)
  })

  it('in an import of TypeScript without use, which Node runs', () => {
    const versioned = (version: string) => `{"name":"dependency","version":"${version}"}`
    const project = new Project({
      'package.json': JSON.stringify(PROGRAM),
      'main.ts': "import { a } from 'dependency'\nexport const f = () => 1",
      'node_modules/dependency/package.json': versioned('1.0.0'),
    })
    const read = () => project.read('main.ts', { of: 'f' }).digest
    const before = read()
    project.write({ 'node_modules/dependency/package.json': versioned('2.0.0') })
    expect(read()).not.toBe(before)
  })
})

it('settings of tsconfig.json that change how TypeScript is run count, also where it extends another; others do not', () => {
  const project = new Project({
    'package.json': '{"name":"p"}',
    'tsconfig.json': '{"extends":"./base.json"}',
    'base.json': '{"compilerOptions":{"experimentalDecorators":true}}',
    'main.ts': 'export const f = 1',
  })
  const digest = () => project.read('main.ts').digest
  const before = digest()
  project.write({ 'base.json': '{"compilerOptions":{"experimentalDecorators":true,"noEmit":true}}' })
  expect(digest()).toBe(before)
  project.write({ 'base.json': '{"compilerOptions":{"useDefineForClassFields":false}}' })
  expect(digest()).not.toBe(before)
})

it('JSX in a file .js, which Bun and bundlers run, counts the package of its runtime and the settings of tsconfig.json', () => {
  const FILES: Files = {
    'package.json': '{"name":"p"}',
    'tsconfig.json': '{"compilerOptions":{"jsxFactory":"g"}}',
    'main.js': 'export const f = () => <p>text</p>',
    'node_modules/react/package.json': '{"name":"react","version":"1.0.0"}',
  }
  const edits: Files[] = [
    {},
    { 'tsconfig.json': '{"compilerOptions":{"jsxFactory":"h"}}' },
    { 'node_modules/react/package.json': '{"name":"react","version":"2.0.0"}' },
  ]
  const digests = edits.map((edit) => new Project({ ...FILES, ...edit }).read('main.js').digest)
  expect(new Set(digests).size).toBe(3)
})

it('an edit of the version of the program itself does not count', () => {
  expect(isSeen(['', 'package.json', '1.0.0', '1.0.1'], OPTIONS.code)).toBe(false)
})

describe('with of, what esbuild does not follow counts as a whole:', () => {
  const PACKAGE = '{"name":"program","version":"1.0.0","type":"module"}'
  it.each<[what: string, main: string, file: string, options?: CodeOptions, packageJson?: string]>([
    ['a file of also', 'export const f = () => 1', 'table.csv', { also: 'table.csv' }],
    ['a file by its URL', "export const f = () => new URL('./table.csv', import.meta.url)", 'table.csv'],
    [
      'a file through createRequire',
      "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nexport const f = () => require('./part.cjs')",
      'part.cjs',
    ],
    [
      'a file of a condition that esbuild does not set',
      "import { part } from '#part'\nexport const f = () => part",
      'custom.js',
      {},
      '{"name":"program","type":"module","imports":{"#part":{"custom":"./custom.js","default":"./default.js"}}}',
    ],
    [
      'what such a file imports',
      "export const f = () => new Worker(new URL('./worker.js', import.meta.url))",
      'deep.js',
    ],
  ])('%s', (_what, main, file, options = {}, packageJson = PACKAGE) => {
    const project = new Project({
      'package.json': packageJson,
      'main.js': main,
      'default.js': 'export const part = 1',
      'worker.js': "import './deep.js'",
    })
    project.write({ [file]: 'export const part = 2' })
    const read = () => project.read('main.js', { of: 'f', ...options })
    const before = read()
    expect(before.parts.map(({ name }) => name)).toContain(`./${file}`)
    project.write({ [file]: 'export const part = 3' })
    expect(read().digest).not.toBe(before.digest)
  })

  it('a file of also with its types and comments, which the program may read', () => {
    const project = new Project({ 'main.js': 'export const f = () => 1', 'api.ts': 'export type A = 1' })
    const read = () => project.read('main.js', { of: 'f', also: 'api.ts' }).digest
    const before = read()
    project.write({ 'api.ts': 'export type A = 2' })
    expect(read()).not.toBe(before)
  })

  it('but not the types of a file whose import esbuild leaves out', () => {
    const project = new Project({
      'package.json': PACKAGE,
      'main.ts': "import { T } from './types.ts'\nexport const f = (t: T) => t.a",
      'types.ts': 'export interface T { a: number }',
    })
    const read = () => project.read('main.ts', { of: 'f' }).digest
    const before = read()
    project.write({ 'types.ts': 'export interface T { a: string }' })
    expect(read()).toBe(before)
  })

  it('and what cannot be followed is named', () => {
    const project = new Project({
      'package.json': PACKAGE,
      'main.js': 'export const f = (name) => import(name)',
    })
    expect(project.names('main.js', { of: 'f' })).toContain('./main.js: import of a computed name, not followed')
  })

  it('and so does a bundle that calls code with the place of the source, but not a file that calls it for a neighbor', () => {
    const project = new Project({ 'package.json': PACKAGE, 'main.js': 'export const f = () => 1' })
    const digestBy = (place: string, more: string) => {
      project.write({ 'caller.mjs': caller(place, more) })
      const { stdout, stderr } = spawnSync(process.execPath, [project.path('caller.mjs')], { encoding: 'utf8' })
      expect(stderr).toBe('')
      return stdout
    }
    const source = JSON.stringify(pathToFileURL(project.path('main.js')).href)
    expect(digestBy(source, 'const f = () => 1')).not.toBe(digestBy(source, 'const f = () => 2'))
    const neighbor = "new URL('./main.js', import.meta.url)"
    expect(digestBy(neighbor, 'const f = () => 1')).toBe(digestBy(neighbor, 'const f = () => 2'))
  })
})

/** A program that prints the digest of a slice of a module. */
function caller(place: string, more: string): string {
  const packageUrl = JSON.stringify(import.meta.resolve('@persist/code'))
  return `${more}
import { code } from ${packageUrl}
console.log(code(${place}, { of: 'f', manifest: false }).read().digest)
`
}

it.each([{}, { of: 'f' }])('what an import map of Deno leads to counts, with options %j', (options) => {
  const imports = (zod: string) => JSON.stringify({ imports: { '~/': './src/', zod } })
  const project = new Project({
    'deno.json': imports('npm:zod@3'),
    'deno.lock': '{"version":"5"}',
    'main.ts': "import { one } from '~/one.ts'\nimport * as z from 'zod'\nexport const f = () => [one, z]",
    'src/one.ts': 'export const one = 1',
  })
  const digests = [project.read('main.ts', options).digest]
  for (const edit of [
    { 'src/one.ts': 'export const one = 2' },
    { 'deno.lock': '{"version":"6"}' },
    { 'deno.json': imports('npm:zod@4') },
  ]) {
    project.write(edit)
    digests.push(project.read('main.ts', options).digest)
  }
  expect(new Set(digests).size).toBe(4)
})

it.each([{}, { of: 'f' }])('under Deno the compilerOptions of deno.json count, with options %j', (options) => {
  const config = (compilerOptions: object, fmt = {}) => ({ 'deno.json': JSON.stringify({ compilerOptions, fmt }) })
  const lib = (version: string) => ({
    'node_modules/lib/package.json': JSON.stringify({ name: 'lib', version }),
    'node_modules/lib/jsx-runtime.js': 'exports.jsx = () => 1',
  })
  const project = new Project({
    ...{ 'src/main.tsx': 'export const f = () => <a />', ...lib('1.0.0') },
    ...config({ jsx: 'react-jsx', jsxImportSource: 'react' }),
  })
  const read = () => project.read('src/main.tsx', options).digest
  const before = read()
  project.write(config({ jsx: 'react-jsx', jsxImportSource: 'lib' }))
  const asNode = read()
  vi.stubGlobal('Deno', {})
  try {
    const digests = [read()]
    project.write(lib('2.0.0'))
    digests.push(read())
    project.write(config({ jsx: 'react', jsxFactory: 'a' }))
    digests.push(read())
    expect([asNode === before, new Set(digests).size]).toEqual([true, 3])
    project.write(config({ jsx: 'react', jsxFactory: 'a' }, { lineWidth: 80 }))
    expect(read()).toBe(digests[2])
  } finally {
    vi.unstubAllGlobals()
  }
})

it.each([{}, { of: 'f' }])('under Deno deno.json comes before what is installed, with options %j', (options) => {
  const lib = (version: string) => ({
    'node_modules/lib/package.json': JSON.stringify({ name: 'lib', version, type: 'module' }),
    'node_modules/lib/index.js': '',
  })
  const project = new Project({
    ...{
      'main.ts': "import { a } from 'lib'\nexport const f = () => a",
      'lib.ts': 'export const a = 1',
      ...lib('1.0.0'),
    },
    ...{ 'deno.json': '{"imports":{"lib":"./lib.ts"}}', 'deno.lock': '{"version":"5"}' },
  })
  const digests: string[] = []
  const read = (files: Files) => {
    project.write(files)
    digests.push(project.read('main.ts', options).digest)
  }
  read({})
  read({ 'lib.ts': 'export const a = 2' })
  expect(digests[0]).toBe(digests[1])
  vi.stubGlobal('Deno', {})
  try {
    read({})
    read({ 'lib.ts': 'export const a = 3' })
    read({ 'deno.json': '{"imports":{"lib":"jsr:@a/lib@1"}}' })
    read({ 'deno.lock': '{"version":"6"}' })
    expect(new Set(digests).size).toBe(5)
    read({ 'deno.json': '{"imports":{"lib":"npm:lib@1"}}' })
    expect(digests.at(-1)).toBe(digests[0])
    read({ 'deno.lock': '{"version":"7"}' })
    expect(digests.at(-1)).toBe(digests.at(-2))
    read(lib('2.0.0'))
    expect(digests.at(-1)).not.toBe(digests.at(-2))
  } finally {
    vi.unstubAllGlobals()
  }
})

describe.each([{}, { of: 'f' }])('with options %j, it counts', (options) => {
  const version = (name: string, version: string) => JSON.stringify({ name, version, main: 'i.js' })

  it.each<[string, Files, Files]>([
    [
      'which version an alias of npm leads to',
      {
        'main.js': "import * as a from 'dep1'\nimport * as b from 'dep2'\nexport const f = () => [a, b]",
        'node_modules/dep1/package.json': version('dep', '1.0.0'),
        'node_modules/dep2/package.json': version('dep', '2.0.0'),
      },
      {
        'node_modules/dep1/package.json': version('dep', '2.0.0'),
        'node_modules/dep2/package.json': version('dep', '1.0.0'),
      },
    ],
    [
      'which of two packages with one name has a file',
      {
        'main.js': "import a from './a/i.js'\nimport b from './b/i.js'\nexport const f = () => [a, b]",
        'a/package.json': '{"name":"lib","type":"module"}',
        'b/package.json': '{"name":"lib","type":"module"}',
        'a/i.js': 'export default 1',
        'b/i.js': 'export default 2',
      },
      { 'a/i.js': 'export default 2', 'b/i.js': 'export default 1' },
    ],
  ])('%s', (_, files, edit) => {
    const project = new Project({ 'package.json': '{"name":"program","type":"module"}', ...files })
    const before = project.read('main.js', options).digest
    project.write(edit)
    expect(project.read('main.js', options).digest).not.toBe(before)
  })

  it('which of two versions a package of a workspace finds, in the layout of pnpm', () => {
    const uses = ['a', 'b', 'c']
    const installed = (number: string) => `node_modules/.pnpm/dep@${number}/node_modules/dep`
    const project = new Project({
      'package.json': '{"name":"program","type":"module"}',
      'main.js': uses
        .map((name) => `import * as ${name} from './${name}/i.js'\n`)
        .join('')
        .concat('export const f = () => [a, b, c]'),
      ...Object.fromEntries(uses.map((name) => [`${name}/i.js`, "export * from 'dep'"])),
      ...Object.fromEntries(['1.0.0', '2.0.0'].map((one) => [`${installed(one)}/package.json`, version('dep', one)])),
    })
    const link = (name: string, number: string) => {
      mkdirSync(project.path(`${name}/node_modules`), { recursive: true })
      rmSync(project.path(`${name}/node_modules/dep`), { force: true })
      symlinkSync(project.path(installed(number)), project.path(`${name}/node_modules/dep`))
    }
    link('a', '1.0.0')
    link('b', '2.0.0')
    link('c', '1.0.0')
    const before = project.read('main.js', options).digest
    link('c', '2.0.0')
    expect(project.read('main.js', options).digest).not.toBe(before)
  })
})

describe.each([{}, { of: 'f' }])(
  'with options %j, a file that the program reads as it is counts by its bytes',
  (options) => {
    it.each<[string, string, string, string]>([
      ["import s from './part.ts?raw'", 'part.ts', '// one\nexport default 1', '// two\nexport default 1'],
      ["const s = read(new URL('./part.ts', import.meta.url))", 'part.ts', '// one\n', '// two\n'],
      ["import s from './part.json?raw'", 'part.json', '{\n}', '{\r\n}'],
      ["import s from './part.json' with { type: 'text' }", 'part.json', '{\n}', '{\r\n}'],
    ])('%s', (statement, name, from, to) => {
      const project = new Project({
        'package.json': '{"name":"program","type":"module"}',
        'main.ts': `${statement}\nexport const f = () => s`,
        [name]: from,
      })
      const before = project.read('main.ts', options).digest
      project.write({ [name]: to })
      expect(project.read('main.ts', options).digest).not.toBe(before)
    })
  },
)

it('packages of binaries for one system are part of the package that names their version, so all machines have one digest', () => {
  const installed = (name: string, json: object) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, ...json }),
  })
  const on = (os: string, { version = '1.0.0', declared = '1.0.0', more = {} } = {}) =>
    new Project({
      'package.json': '{"name":"program"}',
      'main.js': "import 'tool'\n",
      ...installed('tool', {
        version: '1.0.0',
        optionalDependencies: { '@tool/linux': declared, '@tool/darwin': declared },
      }),
      ...installed(`@tool/${os}`, {
        version,
        os: [os],
        optionalDependencies: { [`@tool/lib-${os}`]: '2.0.0' },
        ...more,
      }),
      ...installed(`@tool/lib-${os}`, { version: '2.0.0', os: [os] }),
      [`node_modules/@tool/${os}/tool.node`]: os,
    })
  const digestOf = (project: Project, options = {}) => project.read('main.js', options).digest
  const linux = digestOf(on('linux'))
  expect(digestOf(on('darwin'))).toBe(linux)
  expect(on('linux').names('main.js')).not.toContainEqual(expect.stringContaining('@tool/'))
  // Another version than the one that is named, one of a range, one without system, and what it needs.
  const others = [
    on('linux', { version: '1.0.1' }),
    on('linux', { declared: '^1.0.0' }),
    on('linux', { more: { os: undefined } }),
    on('linux', { more: { dependencies: { tool: '*', lib: '*' } } }),
  ]
  others[3]!.write(installed('lib', { version: '1.0.0' }))
  for (const other of others) expect(digestOf(other)).not.toBe(linux)
  const content = (os: string) => digestOf(on(os), { packages: 'content' })
  expect(content('linux')).not.toBe(content('darwin'))
})
