import { join } from 'node:path'
import { type BuildOptions, buildSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { BUNDLERS, byEsbuildWith, byWebpackIntoDist, WITH_SOURCE_MAPS } from './bundlers.ts'
import { folderWith } from './folder.ts'

// One module in two bundles of one program, both loaded in one process, as two pages of a web server are.

const SHARED = `
import { memoryStore, persist } from '@persist/core'
import { db } from './db.mjs'
const cache = (globalThis.store ??= memoryStore())
const table = 'users'
let runs = 0
export const load = persist(async function load(id) {
  runs++
  return [db.get(table, id), runs]
}, { cache, funcname: 'load', verbosity: 0 })
export const wait = persist(async (id) => [id], { cache, funcname: 'wait' })
`
/** The same, with a context that a minifier would rename. */
const RICH = SHARED.replace(
  'let runs = 0',
  (runs) => `const rows = {
  before: '',
  after: (table) => table.slice(rows.before.length),
}
class Connection { options; of = 0; static kind = 1; get(table) { return table } }
let opened
const open = () => (opened ??= new Connection())
function named(id) {
  for (const of of [open()])
    if (of.options === undefined)
      opened.options = { of, id }
  const table = rows.after(String(id))
  return table
}
${runs}`,
).replace('(table, id)', '(table, named(id))')
const DB = `
const rows = new Map()
export const seen = []
export const db = { get: (table, id) => (seen.push(id), rows.get(seen.at(-1)) ?? table + id) }
`
const PAGE = (name: string) => `
import { load, wait } from './shared.mjs'
import { other } from './other-${name}.mjs'
export default async () => JSON.stringify([await load(1), await wait(2), other('${name}')])
`
const OTHER = (name: string) => `
const table = ${JSON.stringify(name)}
export const other = (x) => table + x + [1, 2].map((e) => e + x).join()
`

/** Another function of a bundle, which changes what the shared function uses. */
const SEES = `
import { seen } from './db.mjs'
const see = (id) => seen.push(id)
${OTHER('a').replace('(x) =>', '(x, count = see(x)) =>')}`

// esbuild chooses names by their frequency in the whole bundle. So a function has two sources in two bundles, and counts as two.
const KEEPS_SOURCE = BUNDLERS.filter(([name]) => !name.startsWith('esbuild') || !name.includes('--minify'))

describe.each([...KEEPS_SOURCE, ...WITH_SOURCE_MAPS])('by %s', (name, bundle, extension) => {
  const [shared, other] = /minif|^webpack$/.test(name) ? [SHARED, OTHER('a')] : [RICH, SEES]
  const pages = { 'a.mjs': PAGE('a'), 'b.mjs': PAGE('b'), 'other-a.mjs': other, 'other-b.mjs': OTHER('b') }
  const main = `
    const pages = []
    for (const name of ['a', 'b']) {
      const page = await import('./' + name + '.out.${extension}')
      const render = page.default?.default ?? page.default
      console.log(await render())
    }`

  test('a function in two bundles is one function', async () => {
    const folder = folderWith({ ...pages, 'shared.mjs': shared, 'db.mjs': DB, 'main.mjs': main })
    for (const name of ['a', 'b']) await bundle(folder.path, `${name}.mjs`, `${name}.out.${extension}`)
    expect(folder.node('main.mjs')).toBe('[["users1",1],[2],"aa1a,2a"]\n[["users1",1],[2],"bb1b,2b"]\n')
  })

  test('two functions in two bundles are an error', async () => {
    const folder = folderWith({ ...pages, 'shared.mjs': SHARED, 'db.mjs': DB, 'main.mjs': main })
    await bundle(folder.path, 'a.mjs', `a.out.${extension}`)
    folder.write({ 'shared.mjs': SHARED.replace('runs++', 'runs += 2') })
    await bundle(folder.path, 'b.mjs', `b.out.${extension}`)
    expect(() => folder.node('main.mjs')).toThrow(/DUPLICATE_NAMESPACE/)
  })
})

test('a minifier without source maps makes two functions of one, and the error says what to do', async () => {
  const folder = folderWith({
    'a.mjs': PAGE('a'),
    'b.mjs': PAGE('b'),
    'other-a.mjs': OTHER('a'),
    'other-b.mjs': `const e = [0], t = {}, n = '', r = /./\n${OTHER('b')}export { e, t, n, r }`,
    'shared.mjs': SHARED,
    'db.mjs': DB,
    'main.mjs': "await import('./a.out.mjs')\nawait import('./b.out.mjs')",
  })
  const [, minify] = BUNDLERS.find(([name]) => name === 'esbuild --minify')!
  for (const name of ['a', 'b']) await minify(folder.path, `${name}.mjs`, `${name}.out.mjs`)
  expect(() => folder.node('main.mjs')).toThrow(/bundled twice, keep it in one chunk, or put the source maps beside/)
})

describe.each([...BUNDLERS.filter(([name]) => !/minif|^webpack$/.test(name)), ...WITH_SOURCE_MAPS])(
  'by %s',
  (_, bundle, extension) => {
    test('functions with one source are an error if a name in it has two meanings', async () => {
      const find = (table: string) => `
      import { memoryStore, persist } from '@persist/core'
      const cache = (globalThis.store ??= memoryStore())
      const table = ${JSON.stringify(table)}
      export const find = persist(async function find(id) { return table + id }, { cache, funcname: 'find' })
      export default find`
      const folder = folderWith({
        'a.mjs': find('users'),
        'b.mjs': find('posts'),
        'main.mjs': `
        await import('./a.out.${extension}')
        await import('./b.out.${extension}')`,
      })
      for (const name of ['a', 'b']) await bundle(folder.path, `${name}.mjs`, `${name}.out.${extension}`)
      expect(() => folder.node('main.mjs')).toThrow(/DUPLICATE_NAMESPACE/)
    })
  },
)

test('one source with two values of a replaced constant is two functions', async () => {
  const folder = folderWith({
    'shared.mjs': `
      import { memoryStore, persist } from '@persist/core'
      const cache = (globalThis.store ??= memoryStore())
      export const load = persist(async function load(id) { return STAGE + \`of \${id}\` }, { cache, funcname: 'load' })`,
    'main.mjs': `
      await import('./a.mjs')
      await import('./b.mjs')
      console.log('both')`,
  })
  await byEsbuildWith('test')(folder.path, 'shared.mjs', 'a.mjs')
  await byEsbuildWith('test')(folder.path, 'shared.mjs', 'b.mjs')
  expect(folder.node('main.mjs')).toBe('both\n')
  await byEsbuildWith('production')(folder.path, 'shared.mjs', 'b.mjs')
  expect(() => folder.node('main.mjs')).toThrow(/DUPLICATE_NAMESPACE/)
})

test('a function is one whether a bundler calls `persist` by its name or as a property of its module', () => {
  const source = `const load = persist(async function load(id) { return [id] }, { cache, funcname: 'load' })`
  const at = (text: string) => source.indexOf(text)
  // V8 reports the place of a name that is called, and otherwise that of the parenthesis.
  const byName = "import { persist as p } from '@persist/core'\np(async function load(id) { return [id] }, OPTIONS)"
  const byProperty =
    "import * as k from '@persist/core'\n(0, k.persist)(async function load(id) { return [id] }, OPTIONS)"
  const bundle = (text: string, columns: readonly (readonly [from: number, to: number])[]) => {
    const map = { version: 3, sources: ['shared.mjs'], sourcesContent: [source], mappings: `;${mappingsOf(columns)}` }
    const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
    const before = "import { memoryStore } from '@persist/core'; globalThis.store ??= memoryStore();"
    return `${before}${text.replace('OPTIONS', "{ cache: store, funcname: 'load' }")}\n//# sourceMappingURL=${url}\n`
  }
  const call = byProperty.split('\n')[1]!.indexOf(')(') + 1
  const folder = folderWith({
    'a.mjs': bundle(byName, [[0, at('persist')]]),
    'b.mjs': bundle(byProperty, [
      [0, at('persist')],
      [call, at('(async')],
    ]),
    // Rolldown 1.0 maps the call to the name that is declared.
    'declared.mjs': bundle(byProperty, [[0, at('load =')]]),
    'other.mjs': bundle(byProperty, [
      [0, at('persist')],
      [call, at('{ return')],
    ]),
    'main.mjs': "for (const name of ['a', 'b', 'declared']) await import('./' + name + '.mjs')\nconsole.log('one')",
    'two.mjs': "await import('./a.mjs')\nawait import('./other.mjs')\nconsole.log('one')",
  })
  expect(folder.node('main.mjs')).toBe('one\n')
  expect(() => folder.node('two.mjs')).toThrow(/DUPLICATE_NAMESPACE/)
})

test('webpack in development names modules as in each program: two programs have two functions, and one program has one', async () => {
  const program = (name: string) => ({
    [`${name}/package.json`]: `{ "name": "${name}" }`,
    [`${name}/table.js`]: `exports.table = '${name}'`,
    [`${name}/load.js`]: `
      const { memoryStore, persist } = require('@persist/core')
      const { table } = require('./table.js')
      const cache = (globalThis.store ??= memoryStore())
      persist(async function load(id) { return table + id }, { cache, funcname: 'load' })`,
  })
  const folder = folderWith({
    ...program('users'),
    ...program('posts'),
    'main.cjs': "for (const name of process.argv.slice(2)) require(name)\nconsole.log('one')",
  })
  for (const name of ['users', 'posts'])
    await byWebpackIntoDist(join(folder.path, name), { page: './load.js', route: './load.js' }, 'eval-source-map')
  const run = (...args: string[]) => folder.node('main.cjs', { args })
  expect(run('./users/dist/page.cjs', './users/dist/route.cjs')).toBe('one\n')
  expect(() => run('./users/dist/page.cjs', './posts/dist/page.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
})

test.each(['eval', 'eval-source-map'])(
  'two modules that webpack evaluates in development are two, also if NODE_ENV says that modules are reloaded (%s)',
  async (devtool) => {
    const load = (table: string) => `
      const { memoryStore, persist } = require('@persist/core')
      const table = '${table}'
      const cache = (globalThis.store ??= memoryStore())
      persist(async function load(id) { return table + id }, { cache })`
    const folder = folderWith({
      'package.json': '{ "name": "app" }',
      'users.js': load('users'),
      'posts.js': load('posts'),
      'main.cjs': "for (const name of process.argv.slice(2)) require(name)\nconsole.log('one')",
    })
    await byWebpackIntoDist(folder.path, { users: './users.js', again: './users.js', posts: './posts.js' }, devtool)
    const env = { NODE_ENV: 'development' }
    const run = (...args: string[]) => folder.node('main.cjs', { args, env })
    expect(run('./dist/users.cjs', './dist/again.cjs')).toBe('one\n')
    expect(() => run('./dist/users.cjs', './dist/posts.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
  },
)

test.each(['eval', 'eval-source-map'])(
  'functions that webpack evaluates in development are two if a function without a name makes them, and one after another load (%s)',
  async (devtool) => {
    const folder = folderWith({
      'package.json': '{ "name": "app" }',
      'routes.js': `
        import { memoryStore, persist } from '@persist/core'
        const cache = (globalThis.store ??= memoryStore())
        globalThis.routes = []
        routes.push(async (table) => persist(async (id) => table + id, { cache, funcname: 'early' })(1))
        routes.push(async (table) => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          return persist(async (id) => table + id, { cache, funcname: 'late' })(1)
        })
        persist(async function before(id) { return id }, { cache })
        await 0
        persist(async function after(id) { return id }, { cache })
        globalThis.loaded()`,
      'main.cjs': `
        const loaded = () => new Promise((resolve) => { globalThis.loaded = resolve; require('./dist/main.cjs') })
        process.on('unhandledRejection', ({ message }) => { console.log(message); process.exit() })
        loaded().then(async () => {
          for (const route of routes)
            for (const table of ['users', 'posts']) console.log(await route(table).catch(({ code }) => code))
          delete require.cache[require.resolve('./dist/main.cjs')]
          await loaded()
          console.log('again')
        })`,
    })
    await byWebpackIntoDist(folder.path, './routes.js', devtool)
    const error = 'ERR_PERSIST_DUPLICATE_NAMESPACE'
    const output = `users1\n${error}\nusers1\n${error}\nagain\n`
    expect(folder.node('main.cjs', { env: { NODE_ENV: 'development' } })).toBe(output)
  },
)

test.each(['production', 'development'])(
  'functions of a program of one line that a host evaluates from a string are two if a function without a name makes them (%s)',
  (NODE_ENV) => {
    const folder = folderWith({
      'routes.js': `(() => { ${[
        'globalThis.routes = []',
        `routes.push(async (table) => persist(async (id) => table + id, { cache, funcname: 'early' })(1))`,
        `routes.push(async (table) => { await 0; return persist(async (id) => table + id, { cache, funcname: 'late' })(1) })`,
      ].join(';')} })()`,
      'main.mjs': `
        import { readFileSync } from 'node:fs'
        import { memoryStore, persist } from '@persist/core'
        const text = readFileSync('routes.js', 'utf8')
        for (const url of [process.cwd() + '/routes.js', 'http://localhost/routes.js', import.meta.resolve('./routes.js')]) {
          Object.assign(globalThis, { cache: memoryStore(), persist })
          ;(0, eval)(text + '\\n//# sourceURL=' + url)
          for (const route of routes)
            for (const table of ['users', 'posts']) {
              console.log(await route(table).catch(({ code }) => code))
              await new Promise((resolve) => setTimeout(resolve, 1))
            }
        }`,
    })
    const twoRoutes = 'users1\nERR_PERSIST_DUPLICATE_NAMESPACE\n'.repeat(2)
    expect(folder.node('main.mjs', { env: { NODE_ENV } })).toBe(twoRoutes.repeat(3))
  },
)

test('a module that Turbopack evaluates after each of several edits has its functions again', () => {
  const folder = folderWith({
    'chunk.js': '',
    'main.mjs': `
      import { memoryStore, persist } from '@persist/core'
      Object.assign(globalThis, { cache: memoryStore(), persist })
      const code = \`((context) => {
        "use strict";
        persist(async function find(id) { return id }, { cache })
        globalThis.route = (table) => { const make = [() => persist(async (id) => table + id, { cache, funcname: 'made' })]; return make[0]()(1) }
      })\`
      const url = import.meta.resolve('./chunk.js') + '?id=%5Bproject%5D/rows.js'
      const edit = () => (0, eval)('(require) => ' + code + '\\n\\n//# sourceURL=' + url)()({})
      for (let count = 1; count <= 3; count++) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        edit()
      }
      for (const table of ['users', 'posts']) console.log(await (async () => route(table))().catch(({ code }) => code))`,
  })
  const output = 'users1\nERR_PERSIST_DUPLICATE_NAMESPACE\n'
  expect(folder.node('main.mjs', { env: { NODE_ENV: 'development' } })).toBe(output)
})

test.each(['eval', 'eval-source-map', false] as const)(
  'two modules that webpack makes of one file by a query are two (devtool: %s)',
  async (devtool) => {
    const folder = folderWith({
      'package.json': '{ "name": "app" }',
      'load.js': `
        const { memoryStore, persist } = require('@persist/core')
        const table = __resourceQuery
        const cache = (globalThis.store ??= memoryStore())
        persist(async function load(id) { return table + id }, { cache })`,
      'main.js': `require('./load.js?table=users')
        require('./load.js?table=posts')`,
    })
    await byWebpackIntoDist(folder.path, './main.js', devtool)
    expect(() => folder.node('dist/main.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
  },
)

test('a function that a module gives to its own wrapper is one in two bundles, and one that a factory makes is not', async () => {
  const [, bundle] = BUNDLERS[0]!
  const outcome = async (first: string, second: string) => {
    const folder = folderWith({
      'cached.mjs': `
        import { memoryStore, persist } from '@persist/core'
        const cache = (globalThis.store ??= memoryStore())
        export const cached = (funcname, fn) => persist(fn, { cache, funcname })
        export const find = (table) => cached('find', (id) => table + id)`,
      'main.mjs': "await import('./a.out.mjs')\nawait import('./b.out.mjs')\nconsole.log('one')",
    })
    for (const [name, text] of Object.entries({ a: first, b: second })) {
      folder.write({ 'load.mjs': text, 'page.mjs': `import './load.mjs'\nexport const page = '${name}'` })
      await bundle(folder.path, 'page.mjs', `${name}.out.mjs`)
    }
    return folder.node('main.mjs')
  }
  const load = (table: string) => `
    import * as lib from './cached.mjs'
    const table = '${table}'
    export const load = lib.cached('load', async (id) => table + id)`
  const make = (table: string) => `
    import { find } from './cached.mjs'
    export const load = find('${table}')`
  expect(await outcome(load('users'), load('users'))).toBe('one\n')
  await expect(outcome(load('users'), load('posts'))).rejects.toThrow(/DUPLICATE_NAMESPACE/)
  await expect(outcome(make('users'), make('posts'))).rejects.toThrow(/DUPLICATE_NAMESPACE/)
})

test('a function of a source file and of a bundle of it is one function if the source map of the bundle names the file', () => {
  const source = `
    const { memoryStore, persist } = require('@persist/core')
    const cache = (globalThis.store ??= memoryStore())
    persist(async function load(id) { return [id] }, { cache, funcname: 'load' })`
  const bundle = (name: string) => {
    const map = { version: 3, sources: [name], mappings: 'AAAA;AACA;AACA;AACA' }
    const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
    return `${source}\nexports.isBundle = true\n//# sourceMappingURL=${url}\n`
  }
  const folder = folderWith({
    'load.ts': source,
    'load.out.cjs': bundle('./load.ts'),
    'other.out.cjs': bundle('./other.ts'),
    'main.cjs': "for (const name of process.argv.slice(2)) require(name)\nconsole.log('one')",
  })
  const run = (...args: string[]) => folder.node('main.cjs', { args, env: { NODE_ENV: 'production' } })
  expect(run('./load.ts', './load.out.cjs')).toBe('one\n')
  expect(run('./load.out.cjs', './load.ts')).toBe('one\n')
  expect(() => run('./load.ts', './other.out.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
})

test('a function is one in the builds of a package as ES module and as CommonJS, as source maps have it', () => {
  const folder = folderWith({
    'package.json': JSON.stringify({ name: 'rows', dependencies: { '@persist/core': '1' } }),
    'limit.mjs': 'export const LIMIT = 10',
    'rows.mjs': `
      import { memoryStore, persist } from '@persist/core'
      import { basename, join } from 'node:path'
      import { LIMIT } from './limit.mjs'
      const cache = (globalThis.store ??= memoryStore())
      const from = (name) => TABLE + name
      const load = async (name) => join(TABLE, basename(from(name).slice(0, LIMIT)).trim())
      persist(load, { cache, funcname: 'load' })`,
    'main.mjs': "for (const name of process.argv.slice(2)) await import(name)\nconsole.log('one')",
  })
  const build = (format: 'esm' | 'cjs', table: string, more: BuildOptions = {}) => {
    const name = `./${format}-${table}${more.minify === true ? '.min' : ''}.${format === 'esm' ? 'mjs' : 'cjs'}`
    const define = { TABLE: JSON.stringify(table) }
    const options = { bundle: true, packages: 'external', platform: 'node', sourcemap: true, format, define } as const
    buildSync({ ...options, ...more, absWorkingDir: folder.path, entryPoints: ['rows.mjs'], outfile: name })
    return name
  }
  const run = (...args: string[]) => folder.node('main.mjs', { args, env: { NODE_ENV: 'production' } })
  expect(run(build('cjs', 'users'), build('esm', 'users'))).toBe('one\n')
  expect(run(build('esm', 'users', { minify: true }), build('cjs', 'users', { minify: true }))).toBe('one\n')
  expect(run(build('esm', 'users'), build('cjs', 'users', { external: ['./limit.mjs'] }))).toBe('one\n')
  expect(() => run(build('cjs', 'users'), build('esm', 'posts'))).toThrow(/DUPLICATE_NAMESPACE/)
})

test('a module of one number in the bundles of two programs is two modules', () => {
  const bundle = (table: string) => `
    var modules = {
      318: (module, exports) => { exports.table = '${table}' },
      519: (module, exports, __webpack_require__) => {
        const { memoryStore, persist } = __webpack_require__(123)
        const rows = __webpack_require__(318)
        const cache = (globalThis.store ??= memoryStore())
        persist(async function load(id) { return rows.table + id }, { cache, funcname: 'load' })
      },
      123: (module) => { module.exports = require('@persist/core') },
    }
    function __webpack_require__(id) {
      const module = { exports: {} }
      modules[id](module, module.exports, __webpack_require__)
      return module.exports
    }
    __webpack_require__(519)
    exports.table = '${table}'`
  const folder = folderWith({
    'package.json': '{ "name": "all" }',
    'a/package.json': '{ "name": "a" }',
    'a/bundle.cjs': bundle('users'),
    'b/package.json': '{ "name": "b" }',
    'b/bundle.cjs': bundle('posts'),
    'b/second/bundle.cjs': bundle('posts'),
    'dist/a/bundle.cjs': bundle('users'),
    'dist/b/bundle.cjs': bundle('users'),
    'users/dist/bundle.cjs': bundle('users'),
    'posts/dist/bundle.cjs': bundle('posts'),
    'main.cjs': "for (const name of process.argv.slice(2)) require(name)\nconsole.log('one')",
  })
  const run = (...args: string[]) => folder.node('main.cjs', { args })
  expect(run('./b/bundle.cjs', './b/second/bundle.cjs')).toBe('one\n')
  expect(run('./dist/a/bundle.cjs', './dist/b/bundle.cjs')).toBe('one\n')
  expect(() => run('./a/bundle.cjs', './b/bundle.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
  expect(() => run('./users/dist/bundle.cjs', './posts/dist/bundle.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
})

describe('with source maps', () => {
  const source = (table: string) => `
    const { memoryStore, persist } = require('@persist/core')
    const cache = (globalThis.store ??= memoryStore())
    const table = '${table}'
    persist(async function load(id) { return table + id }, { cache, funcname: 'load' })`
  const bundle = (name: string, table: string) => {
    const map = { version: 3, sources: [name], sourcesContent: [source(table)], mappings: 'AAAA;AACA;AACA;AACA;AACA' }
    const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
    return `${source(table)}\nexports.isBundle = true\n//# sourceMappingURL=${url}\n`
  }
  const load = (files: Readonly<Record<string, string>>) =>
    folderWith({ ...files, 'main.cjs': "for (const name of process.argv.slice(2)) require(name)\nconsole.log('one')" })
  const WEBPACK = 'webpack://app/./src/load.js'
  const APP = '{ "name": "app" }'

  test('two programs whose sources a bundler gave one name have two functions', () => {
    const folder = load({
      'package.json': APP,
      'a/package.json': APP,
      'a/load.cjs': bundle(WEBPACK, 'users'),
      'b/package.json': APP,
      'b/load.cjs': bundle(WEBPACK, 'users'),
      'b/chunks/package.json': '{ "type": "commonjs" }',
      'b/chunks/load.cjs': bundle(WEBPACK, 'users'),
      'b/chunks/other.cjs': bundle(WEBPACK, 'posts'),
    })
    const run = (...args: string[]) => folder.node('main.cjs', { args })
    expect(run('./b/load.cjs', './b/chunks/load.cjs')).toBe('one\n')
    expect(() => run('./a/load.cjs', './b/load.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
    expect(() => run('./b/load.cjs', './b/chunks/other.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
  })

  test('two packages whose sources have one name below `sourceRoot` have two functions', () => {
    const compiled = (table: string) => {
      const map = { version: 3, sourceRoot: '/', sources: ['load.ts'], mappings: 'AAAA;AACA;AACA;AACA;AACA' }
      return `${source(table)}\n//# sourceMappingURL=data:application/json;base64,${btoa(JSON.stringify(map))}\n`
    }
    const folder = load({
      'a/package.json': APP,
      'a/dist/load.cjs': compiled('users'),
      'a/dist/second/load.cjs': `${compiled('users')}\n`,
      'b/package.json': APP,
      'b/dist/load.cjs': compiled('posts'),
    })
    const run = (...args: string[]) => folder.node('main.cjs', { args })
    expect(run('./a/dist/load.cjs', './a/dist/second/load.cjs')).toBe('one\n')
    expect(() => run('./a/dist/load.cjs', './b/dist/load.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
  })

  test.each([WEBPACK, '../src/load.ts'])(
    'a package that is installed twice has one function if all in it is equal: %s',
    (name) => {
      const [one, two] = ['node_modules/a/node_modules/rows/', 'node_modules/b/node_modules/rows/']
      const outcome = (table: string, version: string) =>
        load({
          [`${one}package.json`]: '{ "name": "rows", "version": "1.0.0" }',
          [`${one}dist/load.cjs`]: bundle(name, 'users'),
          [`${two}package.json`]: `{ "name": "rows", "version": "${version}" }`,
          [`${two}dist/load.cjs`]: bundle(name, table),
        }).node('main.cjs', { args: [`./${one}dist/load.cjs`, `./${two}dist/load.cjs`] })
      expect(outcome('users', '1.0.0')).toBe('one\n')
      expect(outcome('users', '2.0.0')).toBe('one\n')
      expect(() => outcome('posts', '2.0.0')).toThrow(/DUPLICATE_NAMESPACE/)
    },
  )
})

test.each(['module evaluation', '__TURBOPACK__module__evaluation__'])(
  'a function is one in two chunks of Turbopack, which calls the bodies of modules `%s`',
  (name) => {
    const chunk = (table: string) => `
      const { memoryStore, persist } = require('@persist/core')
      const cache = (globalThis.store ??= memoryStore())
      exports.body = { ${JSON.stringify(name)}: () => {
        const table = '${table}'
        persist(async function load(id) { return table + id }, { cache, funcname: 'load' })
      } }[${JSON.stringify(name)}]`
    const folder = folderWith({
      'page.cjs': chunk('users'),
      'route.cjs': chunk('users'),
      'other.cjs': chunk('posts'),
      'main.cjs': `
        function instantiateModule(chunk) { const { body } = require(chunk); body() }
        for (const chunk of process.argv.slice(2)) instantiateModule(chunk)
        console.log('one')`,
    })
    expect(folder.node('main.cjs', { args: ['./page.cjs', './route.cjs'] })).toBe('one\n')
    expect(() => folder.node('main.cjs', { args: ['./page.cjs', './other.cjs'] })).toThrow(/DUPLICATE_NAMESPACE/)
  },
)

/** One line of a source map's mappings, from columns of a bundle to columns in the first line of its first source. */
function mappingsOf(columns: readonly (readonly [from: number, to: number])[]): string {
  let [before, beforeSource] = [0, 0]
  return columns
    .map(([from, to]) => {
      const segment = [from - before, 0, 0, to - beforeSource].map(base64Vlq).join('')
      ;[before, beforeSource] = [from, to]
      return segment
    })
    .join()
}

function base64Vlq(number: number): string {
  const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let value = number < 0 ? -number * 2 + 1 : number * 2
  let digits = ''
  for (; value > 31; value >>= 5) digits += DIGITS[(value & 31) | 32]
  return digits + DIGITS[value]
}
