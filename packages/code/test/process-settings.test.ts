import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { Project } from './support/project.ts'

const READ = fileURLToPath(new URL('children/read-code.mjs', import.meta.url))
const TARGETS = { x: './x.mjs', 'x y': './xy.mjs', default: './default.mjs' }

type Way = [args: string[], options?: string]
const WAYS: Readonly<Record<'own' | 'installed', readonly Way[]>> = {
  own: [
    [[]],
    [['-C', 'x']],
    [['--conditions=x']],
    [['--conditions', 'x']],
    [['--conditions=x y']],
    [[], '--no-warnings -C x'],
    [[], '-C "x y"'],
    [[], '"--conditions=x\\ y"'],
    [['-C', 'other', '-C', 'another']],
  ],
  installed: [[[]], [['-C', 'x']], [['--conditions=x y']]],
}

/** A program whose import, or package, has other code under the conditions `x` and `x y`. */
function programOf(kind: 'own' | 'installed'): Project {
  const folder = kind === 'own' ? '' : 'node_modules/lib/'
  const maps = kind === 'own' ? { imports: { '#c': TARGETS } } : { exports: TARGETS }
  return new Project({
    'package.json': '{"name":"program"}',
    'main.mjs': `import { v } from '${kind === 'own' ? '#c' : 'lib'}'\nconsole.log(v)\n`,
    [`${folder}package.json`]: JSON.stringify({ name: 'lib', version: '1.0.0', ...maps }),
    [`${folder}x.mjs`]: 'export const v = 1\n',
    [`${folder}xy.mjs`]: 'export const v = 2\n',
    [`${folder}default.mjs`]: 'export const v = 3\n',
  })
}

function print(args: readonly string[], options: string | undefined): string {
  const { NODE_OPTIONS: _, ...env } = process.env
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: options === undefined ? env : { ...env, NODE_OPTIONS: options },
  })
  if (stdout === '') throw new Error(stderr)
  return stdout.trim()
}

test.each(['own', 'installed'] as const)(
  'conditions that the process was started with count where a package.json names them: %s',
  (kind) => {
    const project = programOf(kind)
    const digests = new Map<string, Set<string>>()
    for (const [args, options] of WAYS[kind]) {
      const main = project.path('main.mjs')
      // One process runs the program, and then reads its code.
      const [result, digest] = print([...args, '--import', pathToFileURL(main).href, READ, main], options).split('\n')
      digests.set(result!, (digests.get(result!) ?? new Set()).add(digest!))
    }
    expect([...digests.keys()].sort()).toEqual(['1', '2', '3'])
    const all = [...digests.values()].map((each) => [...each])
    expect(all.map(({ length }) => length)).toEqual([1, 1, 1])
    expect(new Set(all.flat()).size).toBe(3)
  },
)

const { NODE_OPTIONS = '' } = process.env
const TS_NODE = Symbol.for('ts-node.register.instance')

afterEach(() => {
  process.env.NODE_OPTIONS = NODE_OPTIONS
  delete process.env.TSX_TSCONFIG_PATH
  delete (process as { [TS_NODE]?: unknown })[TS_NODE]
})

test.each(['own', 'installed'] as const)('so they do with of: %s', (kind) => {
  const project = programOf(kind)
  project.write({ 'main.mjs': `export { v as f } from '${kind === 'own' ? '#c' : 'lib'}'\nexport const g = 1\n` })
  const digestOf = (options: string, of: string) => {
    process.env.NODE_OPTIONS = options
    return project.read('main.mjs', { of, manifest: true }).digest
  }
  expect(digestOf('-C x', 'f')).not.toBe(digestOf('-C y', 'f'))
  expect(digestOf('-C z', 'f')).toBe(digestOf('-C y', 'f'))
})

test('with of, an import leads where only a condition of the process names a target', () => {
  const project = new Project({
    'package.json': JSON.stringify({ name: 'program', imports: { '#c': { x: './x.mjs' } } }),
    'main.mjs': "export { v as f } from '#c'\n",
    'x.mjs': 'export const v = 1\nexport const w = 1\n',
  })
  process.env.NODE_OPTIONS = '-C x'
  const read = () => project.read('main.mjs', { of: 'f' }).digest
  const before = read()
  project.write({ 'x.mjs': 'export const v = 1\nexport const w = 2\n' })
  expect(read()).toBe(before)
  project.write({ 'x.mjs': 'export const v = 2\nexport const w = 2\n' })
  expect(read()).not.toBe(before)
})

test('a tsconfig.json that tsx was given counts, also beside the nearest one, without its references', () => {
  const options = (name: string) => ({
    compilerOptions: { paths: { v: [`./${name}.ts`] }, jsx: 'react-jsx', jsxImportSource: name },
  })
  const project = new Project({
    'package.json': '{"name":"program"}',
    'main.tsx': "import { v } from 'v'\nexport const f = <p>{v}</p>\n",
    'tsconfig.json': JSON.stringify(options('near')),
    'build.json': JSON.stringify({ ...options('far'), references: [{ path: './other.json' }] }),
    'other.json': JSON.stringify(options('other')),
    ...Object.fromEntries(
      ['near', 'far', 'other'].flatMap((name) => [
        [`${name}.ts`, 'export const v = 1\n'],
        [`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0"}`],
      ]),
    ),
  })
  const names = () => project.names('main.tsx').filter((name) => /near|far|other/.test(name))
  process.env.TSX_TSCONFIG_PATH = project.path('build.json')
  expect(names()).toEqual(['./near.ts', 'near@1.0.0'])
  process.env.NODE_OPTIONS = '--import tsx'
  expect(names()).toEqual(['./far.ts', './near.ts', 'far@1.0.0', 'near@1.0.0'])
})

test('under tsx, it counts which files tsconfig.json includes, also if it sets nothing', () => {
  const project = new Project({
    'package.json': '{"name":"program"}',
    'src/main.ts': "import { b } from '../scripts/b.ts'\nexport const f = () => b\n",
    'scripts/b.ts': 'class A { x: unknown }\nexport const b = new A()\n',
  })
  process.env.TSX_TSCONFIG_PATH = project.path('tsconfig.json')
  const digests = (config: string) => {
    project.write({ 'tsconfig.json': config })
    return [{}, { of: 'f' }].map((options) => project.read('src/main.ts', options).digest)
  }
  const all = '{"include":["src","scripts"]}'
  const files = '{"files":["src/main.ts","scripts/b.ts"]}'
  const some = '{"include":["src"]}'
  const others = ['{"include":["other"]}', '{"exclude":["src","scripts"]}']
  expect(digests(all)).toEqual(digests(some))
  process.env.NODE_OPTIONS = '--import tsx'
  expect(digests(all)).toEqual(digests('{}'))
  expect(digests(all)).toEqual(digests(files))
  expect(digests(others[0]!)).toEqual(digests(others[1]!))
  for (const index of [0, 1]) {
    expect(new Set([all, some, others[0]!].map((config) => digests(config)[index])).size).toBe(3)
  }
})

test('which of the projects that tsconfig.json refers to includes a file counts', () => {
  const project = new Project({
    'package.json': '{"name":"program"}',
    'main.ts': 'export const f = 1\n',
    'tsconfig.json': '{"references":[{"path":"./a.json"},{"path":"./b.json"}]}',
  })
  const digests = (a: readonly string[], b: readonly string[]) => {
    project.write({
      'a.json': JSON.stringify({ include: a, compilerOptions: { target: 'es2020' } }),
      'b.json': JSON.stringify({ include: b, compilerOptions: { target: 'es2022' } }),
    })
    return [{}, { of: 'f' }].map((options) => project.read('main.ts', options).digest)
  }
  const before = digests(['main.ts'], ['other'])
  const after = digests(['other'], ['main.ts'])
  expect([before[0] === after[0], before[1] === after[1]]).toEqual([false, false])
  expect(digests(['main.ts', 'more'], ['another'])).toEqual(before)
})

test('tsx takes the tsconfig.json of the folder in which it started, wherever the program goes', () => {
  const project = new Project({
    'package.json': '{"name":"program","type":"module"}',
    'main.ts': 'export const f = 1\n',
    'own/main.ts': 'export const f = 1\n',
    'own/tsconfig.json': '{"compilerOptions":{"useDefineForClassFields":false}}',
    'own/sub/a.ts': '',
    'tsx/loader.mjs': '',
    'a/tsconfig.json': '{"compilerOptions":{"target":"es2020"}}',
    'b/tsconfig.json': '{"compilerOptions":{"target":"es2022"}}',
  })
  const digestIn = (folder: string, goes: string, main = 'main.ts') => {
    const args = ['--import', pathToFileURL(project.path('tsx/loader.mjs')).href, READ, project.path(main), goes]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: project.path(folder) })
    if (stdout === '') throw new Error(stderr)
    return stdout.trim()
  }
  const [a, b] = ['a', 'b'].map((folder) => digestIn(folder, '.'))
  expect(a).not.toBe(b)
  expect([digestIn('a', '../b'), digestIn('b', '../a')]).toEqual([a, b])
  // It takes none in a folder without one, whatever is beside the program.
  const own = digestIn('own', '.', 'own/main.ts')
  expect(digestIn('own/sub', '.', 'own/main.ts')).toBe(own)
  expect(digestIn('.', '.', 'own/main.ts')).not.toBe(own)
})

test('the settings that ts-node takes for all files count', () => {
  const project = new Project({
    'package.json': '{"name":"program"}',
    'tsconfig.json': '{"compilerOptions":{"target":"es2020"}}',
    'main.ts': 'export const f = 1\n',
  })
  const digests = (options: object) => {
    // Where https://typestrong.org/ts-node/api has what runs the program.
    Object.assign(process, { [TS_NODE]: { config: { options } } })
    return [{}, { of: 'f' }].map((one) => project.read('main.ts', one).digest)
  }
  const before = digests({ target: 7, outDir: project.path('a') })
  const after = digests({ target: 9, outDir: project.path('a') })
  expect([before[0] === after[0], before[1] === after[1]]).toEqual([false, false])
  expect(digests({ target: 7, outDir: project.path('b') })).toEqual(before)
})

test('what is found by NODE_PATH counts, but not what only a command of pnpm adds to it', () => {
  const project = new Project({
    'package.json': '{"name":"program"}',
    'main.cjs':
      "console.log(require('lib/rows'), require('more').more, require('installed').version)\ntry { require('optional') } catch {}\n",
    'src/lib/rows.js': 'module.exports = 1\n',
    'node_modules/.bin/command': '',
    'node_modules/.pnpm/node_modules/optional.js': 'module.exports = 1\n',
    'src/more/package.json': '{"name":"more","main":"main.js"}',
    'src/more/main.js': 'exports.more = 1\n',
    'global/node_modules/installed/package.json': '{"name":"installed","version":"1.0.0"}',
    'global/node_modules/installed/index.js': "exports.version = require('./package.json').version\n",
  })
  const read = () => {
    const main = project.path('main.cjs')
    // The last one is as commands of pnpm have it.
    const ofPnpm = `${project.path('node_modules/.bin')}/../.pnpm/node_modules`
    const folders = [project.path('src'), project.path('global/node_modules'), ofPnpm]
    const { stdout } = spawnSync(process.execPath, ['--import', pathToFileURL(main).href, READ, main], {
      encoding: 'utf8',
      env: { ...process.env, NODE_PATH: ['', ...folders].join(delimiter) },
    })
    return stdout.trim().split('\n') as [result: string, digest: string]
  }
  const found = [read()]
  for (const [path, text] of [
    ['src/lib/rows.js', 'module.exports = 2\n'],
    ['src/more/main.js', 'exports.more = 2\n'],
    ['global/node_modules/installed/package.json', '{"name":"installed","version":"2.0.0"}'],
    ['node_modules/.pnpm/node_modules/optional.js', 'module.exports = 2\n'],
  ] as const) {
    project.write({ [path]: text })
    found.push(read())
  }
  expect(found.map(([result]) => result)).toEqual(['1 1 1.0.0', '2 1 1.0.0', '2 2 1.0.0', '2 2 2.0.0', '2 2 2.0.0'])
  expect(new Set(found.map(([, digest]) => digest)).size).toBe(4)
})
