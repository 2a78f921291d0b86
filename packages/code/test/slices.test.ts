import { mkdirSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Files, Project } from './support/project.ts'

const PACKAGE = { 'package.json': '{"name":"program","type":"module"}' }

/** The digests of `f` in two versions of a program. */
function digests(before: Files, after: Files, entry = 'main.js'): [string, string] {
  const read = (files: Files) => new Project({ ...PACKAGE, ...files }).read(entry, { of: 'f' }).digest
  return [read(before), read({ ...before, ...after })]
}

describe('with of, a name that the program can read counts:', () => {
  it.each([
    ['of a class expression', 'const F = class A extends Error {}\nexport const f = () => F', 'class A', 'class B'],
    ['of a function expression', 'const o = { g: function a() {} }\nexport const f = () => o', 'n a', 'n b'],
    ['of one in a function', 'export const f = () => { const g = function a() {}; return g }', 'n a', 'n b'],
    ['of the only function', 'export const f = function a() {}', 'n a', 'n b'],
    [
      'of a class in its own fields',
      'class A { static a = A }\nexport const f = () => A',
      'class A { static a = A }',
      'const A = class _A { static a = _A }',
    ],
    ['of none', 'const F = (0, class {})\nexport const f = () => F', '(0, class {})', 'class {}'],
  ])('%s', (_, main, from, to) => {
    const edited = main.replace(from, to)
    const [before, after] = digests({ 'main.js': main }, { 'main.js': edited })
    expect(after).not.toBe(before)
  })

  it.each([
    [
      'of a default export without one',
      'export default class {}',
      'class part_default {}\nexport default part_default',
    ],
    ['of a function that has the name of another', 'export default function g2() {}', 'export default function g() {}'],
  ])('%s', (_, from, to) => {
    const main = "import G from './g.js'\nimport P from './part.js'\nexport const f = () => [G, P]"
    const files = { 'main.js': main, 'g.js': 'export default function g() {}', 'part.js': from }
    const [before, after] = digests(files, { 'part.js': to })
    expect(after).not.toBe(before)
  })
})

it('with of, unused persisted functions and what they alone use do not count, also with names of functions and classes', () => {
  const main = "import { persist } from '@persist/core'\nexport const f = persist(function g() {}, {})"
  const unused = `
class A { static a = 1 }
function inner() {}
export const h = persist(function i() { return [A, inner] }, { inner })`
  const [before, after] = digests({ 'main.js': main }, { 'main.js': main + unused })
  expect(after).toBe(before)
})

it.each([
  ['of CommonJS that requires a built-in module', "require('fs')\nexports.f = () => function g() {}"],
  ['of one without functions', 'exports.f = 1'],
  ['of one that has a function of that name', 'const __name = (a) => a\nexports.f = () => [__name, function g() {}]'],
])('with of, there is a digest %s, and the name counts', (_, source) => {
  const files = { 'package.json': '{}', 'main.js': "require('./part.js')\nexports.f = () => require('./part.js')" }
  const [before, after] = digests(
    { ...files, 'part.js': source },
    { 'part.js': source.replace('function g', 'function h').replace('= 1', '= 2') },
  )
  expect(after).not.toBe(before)
})

it('with of, a function that a bundler has named before counts by that name', () => {
  const named = (name: string) => `var __name = (target, value) => Object.defineProperty(target, "name", { value })
function a() {}
__name(a, "${name}")
export const f = () => a`
  const [before, after] = digests({ 'main.js': named('a') }, { 'main.js': named('b') })
  expect(after).not.toBe(before)
})

describe('with of, how a file is run counts where the bundle does not show it:', () => {
  const CONFIG = '{"compilerOptions":{"emitDecoratorMetadata":false}}'
  const FILES: Files = {
    'package.json': '{"name":"program"}',
    'main.mjs': "import './a.js'\nimport './b.ts'\nimport './c.tsx'\nexport const f = () => g()",
    'a.js': 'globalThis.g = function () { return this }',
    'b.ts': 'class A { a = 1 }\nglobalThis.a = new A()',
    'c.tsx': 'globalThis.c = <a />',
    'tsconfig.json': CONFIG,
  }
  it.each<[string, Files]>([
    ['the strict mode of CommonJS', { 'a.js': `/* a comment */ 'use strict'; ${FILES['a.js']}` }],
    ['the strict mode of CommonJS in TypeScript', { 'b.ts': `'use strict'\n${FILES['b.ts']}` }],
    ['a directive of a framework', { 'c.tsx': `'use server'\n${FILES['c.tsx']}` }],
    ['a setting of tsconfig.json that esbuild does not obey', { 'tsconfig.json': CONFIG.replace('false', 'true') }],
    ['a setting of JSX that esbuild does not obey alone', { 'c.tsx': `/** @jsxImportSource a */ ${FILES['c.tsx']}` }],
  ])('%s', (_, edit) => {
    const [before, after] = digests(FILES, edit, 'main.mjs')
    expect(after).not.toBe(before)
  })
})

it.each([
  ['an ES module', 'import.meta.url', '{"type":"module"}'],
  ['CommonJS', '__dirname', '{"type":"commonjs"}'],
])('with of, the place of a file counts if it knows that: %s', (_, place, packageJson) => {
  const at = (path: string) => ({
    'package.json': packageJson,
    'main.mjs': `export { f } from './${path}'`,
    [path]: place === '__dirname' ? `exports.f = () => ${place}` : `export const f = () => ${place}`,
  })
  const [before, after] = digests(at('part.js'), at('parts/part.js'), 'main.mjs')
  expect(after).not.toBe(before)
})

it.each(['code(import.meta, {})', "new URL('/a.txt', import.meta.url)", "createRequire(import.meta.url)('fs')"])(
  'with of, the place of a file does not count for what only finds code: %s',
  (place) => {
    const head = "import { code } from '@persist/code'\nimport { createRequire } from 'node:module'"
    const at = (path: string) => ({
      'main.js': `export { f } from './${path}'`,
      [path]: `${head}\nexport const f = () => ${place}`,
    })
    const [before, after] = digests(at('part.js'), { 'part.js': '', ...at('parts/part.js') })
    expect(after).toBe(before)
  },
)

it('with of, the first persisted function of a file does not count for others', () => {
  const persisted = `import { code } from '@persist/code'
import { persist } from '@persist/core'
export const g = persist(() => 1, { dependsOn: [code(import.meta)] })`
  const main = 'export const f = () => 1\n'
  const [before, after] = digests({ 'main.js': main }, { 'main.js': main + persisted })
  expect(after).toBe(before)
})

describe('with of, a file counts with all that it imports where the bundle shows only a part of it:', () => {
  const FILES: Files = {
    'b.js':
      "import { x } from './c.js'\nimport { y } from 'dependency'\nexport const p = 1\nexport const q = () => [x, y]",
    'c.js': 'export const x = 1',
    'node_modules/dependency/package.json': '{"name":"dependency","version":"1.0.0"}',
  }
  const EDITS: Files = {
    'c.js': 'export const x = 2',
    'node_modules/dependency/package.json': '{"name":"dependency","version":"2.0.0"}',
  }
  it.each([
    ['an import that only a direct eval uses', "import { q } from './b.js'\nexport const f = (s) => eval(s)"],
    ['one in a namespace', "import * as b from './b.js'\nexport const f = (s) => eval /* code */ (s)"],
    [
      'an import that is also required in another way',
      "import { p } from './b.js'\nimport { createRequire } from 'module'\nexport const f = () => [p, createRequire(import.meta.url)('./b.js')]",
    ],
    [
      'a worker that is imported, too',
      "import { p } from './b.js'\nexport const f = () => [p, new URL('./b.js', import.meta.url)]",
    ],
    ['a file of also', "import { p } from './b.js'\nexport const f = (name) => [p, import(name)]", 'b.js'],
  ])('%s', (_, main, also?: string) => {
    const read = (edit: Files) =>
      new Project({ ...PACKAGE, 'main.js': main, ...FILES, ...edit }).read('main.js', { of: 'f', also }).digest
    const edits = Object.entries(EDITS).map(([name, content]) => ({ [name]: content }))
    expect(new Set([{}, ...edits].map(read)).size).toBe(3)
  })
})

it('with of, comments in a required file do not count, also if a comment names require', () => {
  const files = { 'package.json': '{}', 'main.js': "// They require a part.\nexports.f = require('./part.js')" }
  const [before, after] = digests(
    { ...files, 'part.js': 'exports.a = 1' },
    { 'part.js': '// a comment\nexports.a = 1' },
  )
  expect(after).toBe(before)
})

it('with of and a manifest, a file counts that only esbuild finds', () => {
  const project = new Project({
    ...PACKAGE,
    'main.js': "import a from './a'\nexport const f = () => a",
    'a.css': '1',
    'node_modules/other/package.json': '{}',
  })
  const read = () => project.read('main.js', { of: 'f', manifest: true }).digest
  const before = read()
  project.write({ 'a.css': '2' })
  expect(read()).not.toBe(before)
})

it.each(['toml', 'yaml', 'svg', 'jsonc', 'module.css', 'vue'])(
  'with of, a file of a kind that esbuild does not know counts by its bytes, with what it imports: .%s',
  (extension) => {
    const main = `import part from './part.${extension}'\nexport const f = () => part`
    const files = { 'main.js': main, [`part.${extension}`]: '<script>import "./leaf.js"</script>', 'leaf.js': 'one()' }
    const [before, after] = digests(files, { [`part.${extension}`]: '<script>import  "./leaf.js"</script>' })
    expect(after).not.toBe(before)
    const [, leaf] = digests(files, { 'leaf.js': 'two()' })
    expect(leaf !== before).toBe(extension === 'vue')
  },
)

describe('with of, a program runs that names what is not there:', () => {
  it.each([
    ['a package', "import('gone')", './main.js: gone, not found'],
    ['a file', "import('./gone.js')", './main.js: ./gone.js, not found'],
    ['a module of a bundler', "import('virtual:gone')", './main.js: virtual:gone, not found'],
    ['a module of Bun', "import('bun:sqlite')", undefined],
    ['a module of Cloudflare', "import('cloudflare:workers')", undefined],
  ])('%s', (_, load, note) => {
    const files = (a: number, b: number): Files => ({
      ...PACKAGE,
      'main.js': `import { a, b } from './gone/a.js'\nexport const f = (x) => (x ? ${load} : a)\nexport const g = () => b\n`,
      'gone/a.js': `export const a = ${a}\nexport const b = ${b}\n`,
    })
    const project = new Project(files(1, 1))
    const { digest, parts } = project.read('main.js', { of: 'f' })
    expect(parts.map(({ name }) => name).filter((name) => name.endsWith('not found'))).toEqual(note ? [note] : [])
    expect(new Project(files(1, 1)).read('main.js', { of: 'f' }).digest).toBe(digest)
    project.write(files(1, 2))
    expect(project.read('main.js', { of: 'f' }).digest).toBe(digest)
    project.write(files(2, 1))
    expect(project.read('main.js', { of: 'f' }).digest).not.toBe(digest)
  })

  it('a package that it finds later counts from then on', () => {
    const project = new Project({ ...PACKAGE, 'main.js': "export const f = () => import('gone')\n" })
    const { digest } = project.read('main.js', { of: 'f' })
    project.write({ 'node_modules/gone/package.json': '{"name":"gone","version":"1.0.0"}' })
    expect(project.read('main.js', { of: 'f' }).digest).not.toBe(digest)
    expect(project.names('main.js', { of: 'f' })).toContain('gone@1.0.0')
  })
})

it.each(['{ type T }', '{ type T, type U as V, }', '{}'])(
  'with of, a module whose types alone are exported as %s counts, since Node evaluates it',
  (names) => {
    const main = { 'main.ts': `export ${names} from './a.ts'\nexport const f = () => globalThis.a\n` }
    const [before, after] = digests({ ...main, 'a.ts': 'globalThis.a = 1' }, { 'a.ts': 'globalThis.a = 2' }, 'main.ts')
    expect(after).not.toBe(before)
  },
)

describe('with of, types that decorators make values of count, and no others:', () => {
  const config = (isOn: boolean) =>
    JSON.stringify({ compilerOptions: { experimentalDecorators: true, emitDecoratorMetadata: isOn } })
  const FILES: Files = {
    'main.ts': "import { Order } from './order.ts'\nexport const f = () => new Order()",
    'order.ts': `import { Prop } from './prop.ts'
import { Id } from './ids.ts'
export class Order { @Prop() total: number; @Prop() id: Id }`,
    'prop.ts': 'export const Prop = () => () => {}',
    'ids.ts': 'export type Id = string',
    'tsconfig.json': config(true),
  }
  const other: Files = { 'order.ts': FILES['order.ts']!.toString().replace('number', 'string') }
  it.each<[string, Files]>([
    ['of a property', other],
    ['of an alias in another file', { 'ids.ts': 'export type Id = number' }],
  ])('%s', (_, edit) => {
    const [before, after] = digests(FILES, edit, 'main.ts')
    expect(after).not.toBe(before)
    const [without, withoutEither] = digests({ ...FILES, 'tsconfig.json': config(false) }, edit, 'main.ts')
    expect(withoutEither).toBe(without)
  })

  it('not in a program without decorators', () => {
    const plain = { ...FILES, 'order.ts': 'export class Order { /** @type {number} */ total: number }' }
    const [before, after] = digests(plain, { 'order.ts': plain['order.ts'].replaceAll('number', 'string') }, 'main.ts')
    expect(after).toBe(before)
  })
})

describe('with of, what only other tools find counts as a whole:', () => {
  const main = { 'app/main.ts': "import { a } from '@program/lib'\nexport const f = () => a" }
  it.each<[string, Files]>([
    [
      'by the paths of a configuration that tsconfig.json refers to',
      {
        'app/tsconfig.json': '{"files":[],"references":[{"path":"./tsconfig.app.json"}]}',
        'app/tsconfig.app.json': '{"compilerOptions":{"paths":{"@program/*":["../*/index.ts"]}}}',
      },
    ],
    [
      'by a condition in a package that is not built',
      {
        'app/node_modules/@program/lib': '../../../lib',
        'lib/package.json': '{"name":"@program/lib","exports":{"source":"./index.ts","default":"./dist/index.js"}}',
      },
    ],
  ])('%s', (_, files) => {
    const { 'app/node_modules/@program/lib': link, ...rest } = files
    const read = (value: string) => {
      const part = `export const a = ${value}`
      const project = new Project({
        ...PACKAGE,
        ...main,
        ...rest,
        'lib/index.ts': "export * from './a.ts'",
        'lib/a.ts': part,
      })
      if (link !== undefined) {
        mkdirSync(project.path('app/node_modules/@program'), { recursive: true })
        symlinkSync(link.toString(), project.path('app/node_modules/@program/lib'))
      }
      return project.read('app/main.ts', { of: 'f' }).digest
    }
    expect(read('2')).not.toBe(read('1'))
    expect(read('1')).toBe(read('1'))
  })
})
