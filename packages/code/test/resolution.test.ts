import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { code } from '@persist/code'
import { describe, expect, it } from 'vitest'
import { type Files, Project } from './support/project.ts'

const PACKAGE = '{"name":"program","type":"module"}'

/** The names of the program's files among the parts. */
function filesOf(files: Files, entry = 'main.ts', links: Readonly<Record<string, string>> = {}): string[] {
  const project = new Project({ 'package.json': PACKAGE, ...files })
  for (const [from, to] of Object.entries(links)) {
    mkdirSync(dirname(project.path(from)), { recursive: true })
    symlinkSync(project.path(to), project.path(from))
  }
  return project.names(entry).filter((name) => name !== 'imports')
}

const ONE = 'export const one = 1\n'

describe('code follows', () => {
  it.each<[string, Files, string[]]>([
    ['a name without extension', { 'main.ts': "import './a'", 'a.ts': ONE }, ['./a.ts', './main.ts']],
    ['.js that means .ts', { 'main.ts': "import './a.js'", 'a.ts': ONE }, ['./a.ts', './main.ts']],
    ['.mjs that means .mts', { 'main.ts': "import './a.mjs'", 'a.mts': ONE }, ['./a.mts', './main.ts']],
    ['a folder with an index', { 'main.ts': "import './lib'", 'lib/index.ts': ONE }, ['./lib/index.ts', './main.ts']],
    [
      'a folder with a package.json',
      { 'main.ts': "import './lib'", 'lib/package.json': '{"main":"x.js"}', 'lib/x.js': ONE },
      ['./lib/x.js', './main.ts'],
    ],
    ['export … from', { 'main.ts': "export * from './a.ts'", 'a.ts': ONE }, ['./a.ts', './main.ts']],
    ['import()', { 'main.ts': "await import('./a.ts')", 'a.ts': ONE }, ['./a.ts', './main.ts']],
    ['require', { 'main.ts': "const a = require('./a.cjs')", 'a.cjs': ONE }, ['./a.cjs', './main.ts']],
    ...[
      "const load = createRequire(import.meta.url)\nload('./a.cjs')",
      "const load: NodeJS.Require = module.createRequire(import.meta.url)\nload('./a.cjs')",
      "createRequire(new URL(import.meta.url))('./a.cjs')",
      "const load = require\nload.resolve('./a.cjs')",
      "require?.('./a.cjs')",
      "require(/* a comment */ './a.cjs')",
      "require('./a.cjs' /* a comment */)",
      "(0, require)('./a.cjs')",
      "const load = require('node:module').createRequire(__filename)\nload('./a.cjs')",
      "const load = (await import('node:module')).createRequire(import.meta.url)\nload('./a.cjs')",
      "const load = process.getBuiltinModule('module').createRequire(import.meta.url)\nload('./a.cjs')",
      "import { createRequire as make } from 'node:module'\nconst load = make(import.meta.url)\nload('./a.cjs')",
      "import{createRequire as $}from'node:module';$(import.meta.url)('./a.cjs')",
      "const { createRequire: make } = module\nconst $load = make(import.meta.url)\n$load('./a.cjs')",
    ].map((main): [string, Files, string[]] => [
      `another way to require: ${main}`,
      { 'main.ts': main, 'a.cjs': ONE },
      ['./a.cjs', './main.ts'],
    ]),
    ['import.meta.resolve', { 'main.ts': "import.meta.resolve('./a.ts')", 'a.ts': ONE }, ['./a.ts', './main.ts']],
    ['a name with escapes of URLs', { 'main.ts': "import './a%20b.ts'", 'a b.ts': ONE }, ['./a b.ts', './main.ts']],
    ['import … = require', { 'main.ts': "import a = require('./a.cts')", 'a.cts': ONE }, ['./a.cts', './main.ts']],
    [
      'new URL with import.meta.url',
      { 'main.ts': "new Worker(new URL('work/w.ts', import.meta.url))", 'work/w.ts': "import '../a.ts'", 'a.ts': ONE },
      ['./a.ts', './main.ts', './work/w.ts'],
    ],
    ['JSON', { 'main.ts': "import a from './a.json' with { type: 'json' }", 'a.json': '1' }, ['./a.json', './main.ts']],
    ['wasm', { 'main.ts': "import './a.wasm'", 'a.wasm': '\0asm' }, ['./a.wasm', './main.ts']],
    ...[
      ['main', "#!/usr/bin/env node\nimport './a.ts'"],
      ['main', "#!/usr/bin/env node\nconst a = require('./a.ts')"],
      ['main.es6', "const a = require('./a.ts')"],
    ].map(([name, source]): [string, Files, string[]] => [
      `a script whose name does not say that it is one: ${name}, ${source}`,
      { 'main.ts': `require('./${name}')`, [name!]: source!, 'a.ts': ONE },
      ['./a.ts', `./${name}`, './main.ts'].sort(),
    ]),
    ['a query', { 'main.ts': "import a from './a.txt?raw'", 'a.txt': 'x' }, ['./a.txt', './main.ts']],
    ['a ring', { 'main.ts': "import './a.ts'", 'a.ts': "import './main.ts'" }, ['./a.ts', './main.ts']],
    [
      'imports in a file with JSX, whatever its text is',
      {
        'main.tsx': "const a = <p>it's {1 / 2} don't</p>\nimport { b } from './b'\nimport type { T } from './t'\n",
        'b.ts': ONE,
        't.ts': ONE,
      },
      ['./b.ts', './main.tsx'],
    ],
    ...[
      "export type Props = { a: number }\nexport { b } from './b'\nexport const a = <p>don't</p>\n",
      "export type A = number\nimport { b } from './b'\nexport const a = <p>it`s</p>\n",
      "import type from './b'\nexport const a = <p>don't</p>\n",
    ].map((main): [string, Files, string[]] => [
      `imports after a type, in a file with JSX and without semicolons: ${main}`,
      { 'main.tsx': main, 'b.ts': ONE },
      ['./b.ts', './main.tsx'],
    ]),
    [
      'the script of a component after a type, without semicolons, but no file of types alone',
      {
        'main.vue': `<script setup lang="ts">
import type { T } from './t'
import type * as Ts from './t'
import type U from './t'
export type { V } from './t'
export type A = number
import { b } from './b'
</script>`,
        'b.ts': ONE,
        't.ts': ONE,
      },
      ['./b.ts', './main.vue'],
    ],
    [
      'imports after text that looks like a template',
      { 'main.js': "const a = <p>it`s</p>\nexport { b } from './b.js'\n", 'b.js': ONE },
      ['./b.js', './main.js'],
    ],
    [
      '#names of the package',
      {
        'package.json': '{"name":"program","imports":{"#lib/*":{"development":"./dev/*.ts","default":"./src/*.ts"}}}',
        'main.ts': "import '#lib/a'",
        'src/a.ts': ONE,
        'dev/a.ts': ONE,
      },
      ['./dev/a.ts', './main.ts', './src/a.ts'],
    ],
    ...[
      { '#lib/*': './none/*', '#lib/*.js': './src/*.ts' },
      { '#lib/*.js': './src/*.ts', '#lib/*': './none/*' },
    ].map((imports): [string, Files, string[]] => [
      `the longest of several patterns, in any order: ${Object.keys(imports)}`,
      {
        'package.json': JSON.stringify({ name: 'program', imports }),
        'main.ts': "import '#lib/a.js'",
        'src/a.ts': ONE,
      },
      ['./main.ts', './src/a.ts'],
    ]),
    [
      'the paths of tsconfig.json and of what it extends',
      {
        'tsconfig.json': '{ /* comment */ "extends": "./base.json", }',
        'base.json': '{"compilerOptions":{"paths":{"~/*":["./src/*"]}}}',
        'main.ts': "import '~/a'",
        'src/a.ts': ONE,
      },
      ['./main.ts', './src/a.ts'],
    ],
    [
      'the paths of the projects that tsconfig.json refers to, also in a ring',
      {
        'tsconfig.json':
          '{"files":[],"references":[{"path":"./tsconfig.app.json"},{"path":"./none"},{"path":"./lib"}]}',
        'tsconfig.app.json': '{"compilerOptions":{"paths":{"~/*":["./src/*"]}},"references":[{"path":"."}]}',
        'lib/tsconfig.json': '{"compilerOptions":{"paths":{"lib/*":["./src/*"]}}}',
        'main.ts': "import '~/a'\nimport 'lib/b'",
        'src/a.ts': ONE,
        'lib/src/b.ts': ONE,
      },
      ['./lib/src/b.ts', './main.ts', './src/a.ts'],
    ],
    [
      'the paths of tsconfig.json in the output of tsc, where other packages give them another meaning',
      {
        'tsconfig.json':
          '{"extends":"./base/tsconfig.json","compilerOptions":{"paths":{"~/*":["./src/*"],"c/*":["../c/*"]}}}',
        'base/tsconfig.json': '{"compilerOptions":{"outDir":"../dist"}}',
        'dist/main.js': "require('~/a')\nrequire('~/lib')\nrequire('~/m.mjs')\nrequire('~/d')\nrequire('~/only')",
        ...{ 'src/a.ts': ONE, 'src/lib/index.tsx': ONE, 'src/m.mts': ONE, 'src/d.json': '{}', 'src/only.ts': ONE },
        ...{
          'dist/a.js': ONE,
          'dist/lib/index.js': ONE,
          'dist/m.mjs': ONE,
          'dist/src/d.json': '{}',
          'dist/index.js': ONE,
        },
      },
      [
        ...['./dist/a.js', './dist/lib/index.js', './dist/m.mjs', './dist/main.js', './dist/src/d.json'],
        ...['./src/a.ts', './src/d.json', './src/lib/index.tsx', './src/m.mts', './src/only.ts'],
      ],
    ],
    [
      'the paths of tsconfig.json in a source, which no output of tsc stands for',
      {
        'tsconfig.json': '{"compilerOptions":{"outDir":"dist","paths":{"~/*":["./src/*"]}}}',
        ...{ 'main.ts': "import '~/a'", 'src/a.ts': ONE, 'dist/a.js': ONE },
      },
      ['./main.ts', './src/a.ts'],
    ],
    [
      'the paths of a jsconfig.json that is nearer than the tsconfig.json, which some tools take, and of both',
      {
        'tsconfig.json': '{"compilerOptions":{"paths":{"~/*":["./src/*"]}}}',
        'lib/jsconfig.json': '{"compilerOptions":{"paths":{"~/*":["./own/*"]}}}',
        'main.ts': "import './lib/b'",
        'lib/b.ts': "import '~/a'",
        'lib/own/a.ts': ONE,
        'src/a.ts': ONE,
      },
      ['./lib/b.ts', './lib/own/a.ts', './main.ts', './src/a.ts'],
    ],
    [
      'the paths of tsconfig.json for the name of a built-in module',
      {
        'tsconfig.json': '{"compilerOptions":{"baseUrl":"./src"}}',
        'main.ts': "import 'constants'\nimport 'node:events'",
        'src/constants.ts': ONE,
        'src/events.ts': ONE,
      },
      ['./main.ts', './src/constants.ts'],
    ],
    [
      'the first import after a byte order mark',
      { 'main.ts': "\ufeffimport './a.ts'\n", 'a.ts': "\ufeffexport * from './b.ts'\n", 'b.ts': ONE },
      ['./a.ts', './b.ts', './main.ts'],
    ],
    ...['C#', 'a%20b'].map((folder): [string, Files, string[]] => [
      `a query and letters of URLs in a folder that is called ${folder}, and no file beside that`,
      {
        [`${folder}/main.ts`]: "import './a%20b.ts?x#y'",
        [`${folder}/a b.ts`]: ONE,
        'a b/a b.ts': ONE,
        'a b.ts': ONE,
      },
      [`./${folder}/a b.ts`, `./${folder}/main.ts`],
    ]),
    [
      'a package.json with a byte order mark',
      {
        'package.json': '\ufeff{"name":"program","imports":{"#a":"./lib"}}',
        'main.ts': "import '#a'",
        'lib/package.json': '\ufeff{"main":"x.js"}',
        'lib/x.js': ONE,
      },
      ['./lib/x.js', './main.ts'],
    ],
    [
      'a package below a folder whose name ends in node_modules',
      {
        'my_node_modules/main.ts': "import 'dep'",
        'my_node_modules/node_modules/dep/package.json': '{"name":"dep","version":"1.0.0"}',
      },
      ['./my_node_modules/main.ts', 'dep@1.0.0'],
    ],
    [
      'the paths of tsconfig.json, however they are written',
      {
        'tsconfig.json': '{"compilerOptions":{"p\\u0061ths":{"~/*":["./src/*"]}}}',
        'main.ts': "import '~/a'",
        'src/a.ts': ONE,
      },
      ['./main.ts', './src/a.ts'],
    ],
    ...(
      [
        ['deno.json', '{"imports":{"~":"./none.ts","~/":"./src/"}}'],
        ['deno.jsonc', '{ // comment\n"imports":{"~/a.ts":"./src/a.ts",},}'],
        ['deno.json', '{"importMap":"src/map.json"}', 'src/map.json', '{"imports":{"~/":"./"}}'],
        ['deno.json', '{"imports":{"x":"./x.ts"},"scopes":{"./":{"~/":"./src/"}}}'],
        ['deno.json', '{"workspace":["./src"]}', 'src/deno.json', '{"name":"~","exports":{"./a.ts":"./a.ts"}}'],
        ['deno.json', '{"workspace":{"members":["./*"]}}', 'src/deno.json', '{"name":"~","exports":{"./*":"./*"}}'],
      ] as const
    ).map(([name, config, other, text]): [string, Files, string[]] => [
      `the names that Deno has: ${name} ${config}`,
      {
        ...{ [name]: config, ...(other && { [other]: text }) },
        ...{ 'lib/main.ts': "import '~/a.ts'", 'src/a.ts': ONE },
      },
      ['./lib/main.ts', './src/a.ts'],
    ]),
    ...["import './a.js?v=1'", "import './a.%6as'", "new Worker(new URL('./a.js#x', import.meta.url))"].map(
      (main): [string, Files, string[]] => [
        `a query and letters of URLs beside declarations: ${main}`,
        { 'main.js': main, 'a.js': ONE, 'a.d.ts': ONE },
        ['./a.js', './main.js'],
      ],
    ),
    ...["new Worker(new URL('./w.ts', import.meta.url))", "import.meta.resolve('./w.ts')"].map(
      (use): [string, Files, string[]] => [
        `a module whose types are imported, too: ${use}`,
        { 'main.ts': `import type { T } from './w.ts'\n${use}`, 'w.ts': ONE },
        ['./main.ts', './w.ts'],
      ],
    ),
    [
      'an import after text of JSX that looks like a comment, also where types of the module are imported',
      {
        'main.tsx': "import type { T } from './w'\nconst a = <p>src/*</p>\nconst w = lazy(() => import('./w'))\n",
        'w.ts': ONE,
      },
      ['./main.tsx', './w.ts'],
    ],
    [
      'an import after a comment, where the rest of the file makes no sense to a lexer',
      { 'main.tsx': "import { b } from /* it's */ './b'\nconst a = <p>don't</p>\n", 'b.ts': ONE },
      ['./b.ts', './main.tsx'],
    ],
    [
      'what a package.json in a folder names for bundlers, too',
      {
        'main.ts': "import './lib'",
        'lib/package.json': '{"main":"a.cjs","module":"a.mjs"}',
        'lib/a.cjs': ONE,
        'lib/a.mjs': ONE,
      },
      ['./lib/a.cjs', './lib/a.mjs', './main.ts'],
    ],
    [
      'the index of a folder whose main leads only bundlers to a file',
      {
        'main.cjs': "require('./lib')",
        'lib/package.json': '{"main":"x"}',
        'lib/x.ts': ONE,
        'lib/index.js': ONE,
      },
      ['./lib/index.js', './lib/x.ts', './main.cjs'],
    ],
    [
      'what Node and bundlers find for a name that ends in .js',
      { 'main.cjs': "require('./a.js')", 'a.ts': ONE, 'a.js.json': '1' },
      ['./a.js.json', './a.ts', './main.cjs'],
    ],
    [
      'folders whose package.json files lead to each other',
      {
        'package.json': '{"name":"program","main":"lib"}',
        'main.ts': "import '.'",
        'lib/package.json': '{"main":".."}',
      },
      ['./main.ts', './main.ts: ., not found'],
    ],
    ...[
      { 'tsconfig.json': '{"compilerOptions":{"jsxImportSource":"own"}}', 'main.tsx': 'const a = <p/>' },
      { 'main.tsx': '/** @jsxImportSource own */ const a = <p/>' },
    ].map((files): [string, Files, string[]] => [
      `all that JSX imports by itself: ${files['main.tsx']}`,
      {
        ...files,
        'package.json':
          '{"name":"own","exports":{".":"./own.ts","./jsx-runtime":"./jsx.ts","./jsx-dev-runtime":"./dev.ts"}}',
        ...{ 'own.ts': ONE, 'jsx.ts': ONE, 'dev.ts': ONE },
      },
      ['./dev.ts', './jsx.ts', './main.tsx', './own.ts'],
    ]),
    [
      'the name of the package itself',
      {
        'package.json': '{"name":"program","exports":{"./a":"./src/a.ts"}}',
        'main.ts': "import 'program/a'",
        'src/a.ts': ONE,
      },
      ['./main.ts', './src/a.ts'],
    ],
  ])('%s', (_, files, expected) => {
    const entry = Object.keys(files).find((name) => basename(name).startsWith('main.'))!
    expect(filesOf(files, entry).filter((name) => !name.includes(' is ./'))).toEqual(expected)
  })

  it('packages that are linked, as source under their own names, in the layout of npm and Yarn', () => {
    const files = {
      'main.ts': "import '@app/lib'\nimport '@app/lib/deep'",
      'packages/lib/package.json':
        '{"name":"@app/lib","exports":{".":{"types":"./i.d.ts","import":"./i.ts"},"./deep":"./src/deep.ts"}}',
      'packages/lib/i.ts': "import 'dep'",
      'packages/lib/i.d.ts': ONE,
      'packages/lib/src/deep.ts': ONE,
      'node_modules/dep/package.json': '{"name":"dep","version":"2.0.0"}',
    }
    expect(filesOf(files, 'main.ts', { 'node_modules/@app/lib': 'packages/lib' })).toEqual([
      './main.ts',
      '@app/lib/i.ts',
      '@app/lib/src/deep.ts',
      'dep@2.0.0',
    ])
  })

  it.each(['module', 'main'])('the index of a linked package whose %s does not lead Node to a file', (field) => {
    const files = {
      'main.ts': "import 'lib'",
      'packages/lib/package.json': JSON.stringify({ name: 'lib', [field]: 'esm.mjs' }),
      'packages/lib/index.js': ONE,
      ...(field === 'module' ? { 'packages/lib/esm.mjs': ONE } : {}),
    }
    const found = filesOf(files, 'main.ts', { 'node_modules/lib': 'packages/lib' })
    expect(found).toContain('lib/index.js')
    expect(found.includes('lib/esm.mjs')).toBe(field === 'module')
  })

  it('the index of a linked package whose main is a file for require, and another one for import', () => {
    const files = {
      'main.ts': "import 'lib'",
      'packages/lib/package.json': '{"name":"lib","main":"a%20b.js"}',
      'packages/lib/a%20b.js': ONE,
      'packages/lib/index.js': ONE,
    }
    const found = filesOf(files, 'main.ts', { 'node_modules/lib': 'packages/lib' })
    expect(found).toEqual(['./main.ts', 'lib/a%20b.js', 'lib/index.js'])
  })

  it('the links of pnpm, to each package and what it needs', () => {
    const files = {
      'main.ts': "import 'a'",
      'node_modules/.pnpm/a@1.0.0/node_modules/a/package.json':
        '{"name":"a","version":"1.0.0","dependencies":{"b":"*"},"peerDependencies":{"absent":"*"}}',
      'node_modules/.pnpm/b@1.2.3/node_modules/b/package.json': '{"name":"b","version":"1.2.3"}',
    }
    const links = {
      'node_modules/a': 'node_modules/.pnpm/a@1.0.0/node_modules/a',
      'node_modules/.pnpm/a@1.0.0/node_modules/b': 'node_modules/.pnpm/b@1.2.3/node_modules/b',
    }
    expect(filesOf(files, 'main.ts', links)).toEqual(['./main.ts', 'a@1.0.0', 'b@1.2.3'])
  })
})

describe('code names', () => {
  it.each([
    ['node_modules/.vite-temp/vite.config.ts.timestamp-1795787870094-cf582e746e773.mjs'],
    ['rollup.config-1795787870094.mjs'],
    ['tsup.config.bundled_x1y2z3a4b5c.mjs'],
  ])('a configuration in the same way at each load of it: %s', (name) => {
    const later = name.replace(/\d(?=\d*\.mjs)/, (digit) => `${(Number(digit) + 1) % 10}`)
    const project = new Project({ 'package.json': PACKAGE, [name]: ONE, [later]: ONE, 'other.config-1.mjs': ONE })
    const [first, second, other] = [name, later, 'other.config-1.mjs'].map((path) => code(project.path(path)))
    expect(second!.name).toBe(first!.name)
    expect(second!.read()).toEqual(first!.read())
    expect(other!.name).toBe('code(other.config-1.mjs)')
    expect(existsSync(project.path('node_modules/.cache'))).toBe(false)
  })
})

describe('code does not follow, and names', () => {
  it.each<[what: string, main: string, name?: string]>([
    ['computed names', ['import(name); require(other); import(`./p/$', '{x}.ts`)'].join('')],
    ['names that begin as a string', "require('./p/' + name)"],
    ['names that are a part of a template', ['require(`./p/$', '{name}.js`)'].join('')],
    ['computed names by the function of a module', "module.require(name || './p.js')"],
    ['computed names that are resolved only', "require.resolve('./p/' + name)"],
    ['computed names after a comment, in a component', 'import(/* @vite-ignore */ name)', 'main.vue'],
    ['computed names after a comment, beside JSX', "<p>don't</p>; import(// why\nname)", 'main.tsx'],
    ['computed names after text of JSX that looks like a comment', '<p>src/*</p>; import(name)', 'main.tsx'],
    ['patterns of Vite', "import.meta.glob('./p/*.ts')"],
    ['patterns of webpack', "require.context('./p')"],
  ])('imports of %s', (_what, main, name = 'main.ts') => {
    expect(filesOf({ [name]: main }, name)).toEqual([`./${name}`, `./${name}: import of a computed name, not followed`])
  })

  it('folders by their URL, but not those that the file itself is in', () => {
    const urls = ['./a%20b/', 'deep/c', '.', './', '../'].map((url) => `new URL('${url}', import.meta.url)`)
    expect(filesOf({ 'main.ts': urls.join('\n'), 'a b/x.csv': '', 'deep/c/index.js': ONE })).toEqual([
      './deep/c/index.js',
      './main.ts',
      './main.ts: ./a%20b/, a folder, not followed',
      './main.ts: ./deep/c, a folder, not followed',
    ])
  })

  it.each([{}, { of: 'f' }])(
    'folders, which count no more than an absent one: the program may make them. %j',
    (options) => {
      const main = "export const f = () => new URL('./results', import.meta.url)\nnew URL('./out/', import.meta.url)"
      const project = new Project({ 'package.json': PACKAGE, 'main.ts': main })
      const before = project.read('main.ts', options)
      project.write({ 'results/f/entry': 'x', 'out/x.txt': 'x' })
      const after = project.read('main.ts', options)
      expect(after.parts.map(({ name }) => name)).toContain('./main.ts: ./results, a folder, not followed')
      expect(after.digest).toBe(before.digest)
    },
  )

  it('what is not there', () => {
    expect(
      filesOf({ 'main.ts': "import './gone.ts'\nimport 'nowhere'\nimport 'node:fs'\nimport 'fs/promises'" }),
    ).toEqual(['./main.ts', './main.ts: ./gone.ts, not found', './main.ts: nowhere, not found'])
    expect(filesOf({ 'main.ts': "import 'file://another-host/%zz'" })).toEqual([
      './main.ts',
      './main.ts: file://another-host/%zz, not found',
    ])
  })

  it('nor count what keeps the results, so that another release of it costs none of them', () => {
    const names = ['core', 'store-disk', 'code', 'inputs']
    expect(filesOf({ 'main.ts': names.map((name) => `import '@persist/${name}'`).join('\n') })).toEqual(['./main.ts'])
  })

  it.each(['version', 'content'] as const)('nor with of what records inputs: %s', (packages) => {
    const files = (version: string) => ({
      'node_modules/@persist/inputs/package.json': `{"name":"@persist/inputs","version":"${version}","main":"i.js"}`,
      'node_modules/@persist/inputs/i.js': `exports.env = () => '${version}'`,
    })
    const project = new Project({
      'package.json': PACKAGE,
      'main.ts': "import { env } from '@persist/inputs'\nexport const f = () => env('A')",
      ...files('1.0.0'),
    })
    const before = project.read('main.ts', { of: 'f', packages })
    project.write(files('2.0.0'))
    expect(project.read('main.ts', { of: 'f', packages }).digest).toBe(before.digest)
  })

  it('but not types and declarations, which no program loads', () => {
    expect(filesOf({ 'main.ts': "import type { T } from './t.ts'\nimport './d'", 't.ts': ONE, 'd.d.ts': ONE })).toEqual(
      ['./main.ts'],
    )
  })
})

describe('the digest', () => {
  const digestOf = (files: Files, entry = 'main.ts') =>
    new Project({ 'package.json': PACKAGE, ...files }).read(entry).digest

  it('is equal in every folder, with each kind of line ends', () => {
    const files = { 'src/main.ts': "import './a.ts'\n", 'src/a.ts': ONE, 'src/b.json': '{\n}' }
    const crlf = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]))
    expect(digestOf(files, 'src/main.ts')).toBe(digestOf(files, 'src/main.ts'))
    expect(digestOf(crlf, 'src/main.ts')).toBe(digestOf(files, 'src/main.ts'))
  })

  it.each<[string, Files, Files]>([
    [
      'a name leads to another one of the same files',
      {
        'package.json': '{"name":"p","imports":{"#x":"./a.ts","#y":"./b.ts"}}',
        'main.ts': "import '#x'\nimport '#y'",
        'a.ts': '1',
        'b.ts': '2',
      },
      { 'package.json': '{"name":"p","imports":{"#x":"./b.ts","#y":"./a.ts"}}' },
    ],
    ['an absent file appears', { 'main.ts': "try { require('./config') } catch {}" }, { 'config.js': '1' }],
    [
      'line ends of data change',
      { 'main.ts': "new URL('./a.csv', import.meta.url)", 'a.csv': '1\n' },
      { 'a.csv': '1\r\n' },
    ],
    [
      'a byte changes that is no text, in a file without extension',
      { 'main.ts': "new URL('./weights', import.meta.url)", weights: Buffer.of(0x80) },
      { weights: Buffer.of(0x81) },
    ],
    [
      'the same, in a file of JSON with another encoding',
      { 'main.ts': "new URL('./a.json', import.meta.url)", 'a.json': Buffer.from('["\xe9"]', 'latin1') },
      { 'a.json': Buffer.from('["\xe8"]', 'latin1') },
    ],
    [
      'a setting of a tsconfig.json changes that extends an absent one',
      {
        'main.ts': ONE,
        'tsconfig.json': '{"extends":"./gone.json","compilerOptions":{"useDefineForClassFields":true}}',
      },
      { 'tsconfig.json': '{"extends":"./gone.json","compilerOptions":{"useDefineForClassFields":false}}' },
    ],
    [
      'the same, in a file whose name ends in a dot',
      { 'main.ts': "new URL('./weights.', import.meta.url)", 'weights.': Buffer.of(0x80) },
      { 'weights.': Buffer.of(0x81) },
    ],
    [
      'the package changes that a comment names for JSX',
      {
        'main.ts': "import './a.jsx'",
        'a.jsx': '/** @jsxImportSource preact */\nexport const a = <b />',
        'node_modules/preact/package.json': '{"name":"preact","version":"1.0.0"}',
      },
      { 'node_modules/preact/package.json': '{"name":"preact","version":"1.0.1"}' },
    ],
    [
      'a package without package.json changes',
      { 'main.ts': "import 'plain'", 'node_modules/plain/index.js': "import './a.js'", 'node_modules/plain/a.js': '1' },
      { 'node_modules/plain/a.js': '2' },
    ],
    [
      'a package of one file changes, beside a package of the same name',
      {
        'main.ts': "require('@a/plain')",
        'node_modules/@a/plain.js': '1',
        'node_modules/@a/plain/package.json': '{"name":"@a/plain","version":"1.0.0"}',
      },
      { 'node_modules/@a/plain.js': '2' },
    ],
    [
      'a package without package.json changes, nearer than one that has it',
      {
        'main.ts': "import './src/a.js'",
        'src/a.js': "import 'plain/b.js'",
        'src/node_modules/plain/b.js': '1',
        'node_modules/plain/package.json': '{"name":"plain","version":"1.0.0"}',
      },
      { 'src/node_modules/plain/b.js': '2' },
    ],
    [
      'a private package, which no registry has, changes in place',
      {
        'main.ts': "import 'mine'",
        'node_modules/mine/package.json': '{"name":"mine","version":"1.0.0","private":true}',
        'node_modules/mine/i.js': '1',
      },
      { 'node_modules/mine/i.js': '2' },
    ],
  ])('changes when %s', (_, files, edit) => {
    expect(digestOf({ ...files, ...edit })).not.toBe(digestOf(files))
  })
})

describe('also', () => {
  const project = () =>
    new Project({
      'package.json': PACKAGE,
      'src/main.ts': ONE,
      'src/plugins/a.ts': "import '../b.ts'",
      'src/plugins/deep/c.txt': 'x',
      'src/b.ts': ONE,
      'src/.env': 'A=1',
    })

  it.each([
    ['a file', 'plugins/a.ts', ['./src/b.ts', './src/main.ts', './src/plugins/a.ts']],
    ['a folder', 'plugins', ['./src/b.ts', './src/main.ts', './src/plugins/a.ts', './src/plugins/deep/c.txt']],
    ['a glob', 'plugins/**/*.txt', ['./src/main.ts', './src/plugins/deep/c.txt']],
    [
      'a glob of a hidden file and others',
      '{.env,plugins/**/*.txt}',
      ['./src/.env', './src/main.ts', './src/plugins/deep/c.txt'],
    ],
    ['a glob of all files but hidden ones', '*', ['./src/b.ts', './src/main.ts']],
    ['a list', ['b.ts', 'plugins/*.ts'], ['./src/b.ts', './src/main.ts', './src/plugins/a.ts']],
  ])('covers %s and what it imports', (_, also, expected) => {
    expect(
      project()
        .names('src/main.ts', { also })
        .filter((name) => name !== 'imports'),
    ).toEqual(expected)
  })

  it.each([{}, { of: 'f' }])('counts line ends, since the program may read the files as they are: %j', (options) => {
    const one = new Project({
      'package.json': PACKAGE,
      'main.ts': "// a comment\nexport const f = () => new URL('./a.json', import.meta.url)",
      'a.json': '{\n}',
      'b.js': 'a\nb',
    })
    const digests = ['a.json', 'b.js', 'main.ts'].map((name) => {
      one.write({ [name]: readFileSync(one.path(name), 'utf8').replaceAll('\n', '\r\n') })
      return one.read('main.ts', { ...options, also: 'b.js' }).digest
    })
    expect(digests[0]).not.toBe(digests[1])
    expect(digests[1]).toBe(digests[2])
  })

  it('must match something', () => {
    expect(() => project().read('src/main.ts', { also: 'plugin/**' })).toThrow(
      expect.objectContaining({ option: 'dependsOn', message: expect.stringContaining('plugin/**') }),
    )
  })

  it('sees new files', () => {
    const one = project()
    const before = one.read('src/main.ts', { also: 'plugins' }).digest
    one.write({ 'src/plugins/new.ts': ONE })
    expect(one.read('src/main.ts', { also: 'plugins' }).digest).not.toBe(before)
    rmSync(one.path('src/plugins/new.ts'))
    expect(one.read('src/main.ts', { also: 'plugins' }).digest).toBe(before)
  })

  it('ends in folders with links that lead back to them, as does the content of a package', () => {
    const one = new Project({
      'package.json': PACKAGE,
      'main.ts': "import 'mine'",
      'node_modules/mine/package.json': '{"name":"mine"}',
      'node_modules/mine/i.js': ONE,
      'plugins/a.ts': ONE,
    })
    for (const folder of ['plugins', 'node_modules/mine']) {
      for (const link of ['b', 'c']) symlinkSync('.', one.path(`${folder}/${link}`))
    }
    expect(one.names('main.ts', { also: 'plugins' })).toEqual(['./main.ts', './plugins/a.ts', 'imports', 'mine@?'])
  })

  it('reads each folder once, however many paths lead to it, as does the content of a package', () => {
    const one = new Project({
      'package.json': PACKAGE,
      'main.ts': "import 'mine'",
      'node_modules/mine/package.json': '{"name":"mine"}',
      'plugins/a.ts': ONE,
    })
    for (const folder of ['plugins', 'node_modules/mine']) {
      for (let level = 0; level < 40; level++) {
        one.write({ [`${folder}/${level}/a.ts`]: ONE })
        for (const link of ['b', 'c']) symlinkSync(`../${level + 1}`, one.path(`${folder}/${level}/${link}`))
      }
      one.write({ [`${folder}/40/a.ts`]: ONE })
    }
    const before = one.read('main.ts', { also: 'plugins' })
    expect(before.parts.filter(({ name }) => name.startsWith('./plugins/'))).toHaveLength(42)
    const digest = () => one.read('main.ts').digest
    const ofContent = digest()
    rmSync(one.path('node_modules/mine/7/b'))
    symlinkSync('../6', one.path('node_modules/mine/7/b'))
    expect(digest()).not.toBe(ofContent)
  })

  it.runIf(process.platform === 'linux')('refuses a file whose name is no UTF-8, which no string leads to', () => {
    const one = new Project({ 'package.json': PACKAGE, 'main.ts': ONE, 'data/a/a.txt': '1', 'data/b.csv': '1' })
    const refusal = expect.objectContaining({ option: 'dependsOn', message: expect.stringContaining('no UTF-8') })
    writeFileSync(Buffer.concat([Buffer.from(`${one.path('data')}/`), Buffer.of(0x61, 0xff, 0x2e, 0x63)]), '1')
    for (const also of ['data', 'data/*', 'data/**/*.txt', 'data/*/*.txt']) {
      expect(() => one.read('main.ts', { also })).toThrow(refusal)
    }
    expect(one.names('main.ts', { also: 'data/*.csv' })).toContain('./data/b.csv')
  })
})
