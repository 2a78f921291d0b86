import { transformSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { folderWith } from './folder.ts'

// Two functions with one name, in real processes. `outcome.mjs` prints the outcome of the second one.

const OUTCOME = `
export async function printOutcome(act) {
  try {
    await act()
    console.log('again')
  } catch (error) {
    console.log(error.code ?? error, error.message)
  }
}
`
const PERSIST =
  "import { persist, memoryStore } from '@persist/core'\nconst cache = (globalThis.store ??= memoryStore())\n"
const LOAD = `${PERSIST}
let runs = 0
export const load = persist(async function load(id) { return id + ' ' + ++runs }, { cache })
`

/** Runs `main.mjs` beside other files, and returns the lines that it printed. */
function run(files: Record<string, string>, env: Record<string, string> = {}): string[] {
  const folder = folderWith({ 'outcome.mjs': OUTCOME, ...files })
  return folder.node('main.mjs', { env }).trim().split('\n')
}

const ERROR = expect.stringMatching(/^ERR_PERSIST_DUPLICATE_NAMESPACE /)

describe('a module that is evaluated again keeps the names of its functions', () => {
  test('with another query: both objects work, and share the store', () => {
    expect(
      run({
        'load.mjs': `${LOAD}
          export const folder = new URL('.', import.meta.url).pathname + new URL(import.meta.url).pathname
          export const isMain = import.meta.url === 'file://' + process.argv[1] || import.meta.url.startsWith('data:')`,
        'main.mjs': `
          const one = await import('./load.mjs')
          const two = await import('./load.mjs?v=2')
          const three = await import('./load.mjs#three')
          console.log(one.load !== two.load, await one.load(1), await two.load(1), await three.load(2), await one.load(3))`,
      }),
    ).toEqual(['true 1 1 1 1 2 1 3 2'])
  })

  test('with another query, if it searches something but does not know its URL', () => {
    expect(
      run({
        'load.mjs': `${PERSIST}
          const client = { search: async (text) => [text] }
          persist(async function find(text) { return client.search(text) }, { cache })`,
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./load.mjs')
          await printOutcome(() => import('./load.mjs?v=2'))`,
      }),
    ).toEqual(['again'])
  })

  test('with another query, if it uses its own path, and the query of a request', () => {
    const load = `${PERSIST}
      import { createRequire } from 'node:module'
      import { dirname } from 'node:path'
      import { fileURLToPath } from 'node:url'
      const require = createRequire(import.meta.url)
      const folder = dirname(fileURLToPath(import.meta.url)) + new URL('./rows.csv', import.meta.url) + import.meta.dirname
      const rows = persist(async function rows(page) { return page }, { cache })
      export default (request) => rows(new URL(request.url).searchParams.get('page'))`
    expect(
      run({
        'load.mjs': load,
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./load.mjs')
          await printOutcome(() => import('./load.mjs?v=2'))`,
      }),
    ).toEqual(['again'])
  })

  test('with another time in its query, also if it reads the query, but not with another parameter', () => {
    const load = `${PERSIST}
      const { searchParams } = new URL(import.meta.url)
      persist(async function find(id) { return searchParams.get('table') + id }, { cache })`
    expect(
      run({
        'load.mjs': load,
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./load.mjs?table=users')
          await printOutcome(() => import('./load.mjs?table=users&t=1764267541123'))
          await printOutcome(() => import('./load.mjs?table=users&t=1764267541124.25'))
          await printOutcome(() => import('./load.mjs?table=posts&t=1764267541125'))`,
      }),
    ).toEqual(['again', 'again', ERROR])
  })

  test('after an edit of the function, or of another place in the file', () => {
    expect(
      run({
        'load.mjs': LOAD,
        'main.mjs': `
          import { readFileSync, writeFileSync } from 'node:fs'
          import { printOutcome } from './outcome.mjs'
          const before = readFileSync('load.mjs', 'utf8')
          await import('./load.mjs')
          for (const [i, text] of [before.replace("' '", "'-'"), '\\n\\n' + before].entries()) {
            await new Promise((resolve) => setTimeout(resolve, 20))
            writeFileSync('load.mjs', text)
            await printOutcome(() => import('./load.mjs?' + i))
          }`,
      }),
    ).toEqual(['again', 'again'])
  })

  test('in CommonJS, deleted from require.cache, unchanged and edited, in one task', () => {
    const module = `
      const { persist, memoryStore } = require('@persist/core')
      const cache = (globalThis.store ??= memoryStore())
      const wrap = (fn) => persist(fn, { cache })
      exports.load = persist(async function load(id) { return id }, { cache })
      exports.through = wrap(async function through(id) { return id })`
    expect(
      run({
        'load.cjs': module,
        'main.mjs': `
          import { createRequire } from 'node:module'
          import { writeFileSync } from 'node:fs'
          import { printOutcome } from './outcome.mjs'
          const require = createRequire(import.meta.url)
          const again = () => { delete require.cache[require.resolve('./load.cjs')]; require('./load.cjs') }
          require('./load.cjs')
          await printOutcome(again)
          await new Promise((resolve) => setTimeout(resolve, 20))
          writeFileSync('load.cjs', ${JSON.stringify(module.replaceAll('return id', 'return -id'))})
          await printOutcome(again)
          again()
          again()
          console.log('twice in one task')`,
      }),
    ).toEqual(['again', 'again', 'twice in one task'])
  })

  test('through a user’s own wrapper, and for decorated methods', () => {
    expect(
      run({
        'cached.mjs': `${PERSIST}export const cached = (fn, options) => persist(fn, { cache, ...options })\n`,
        'load.mjs': `
          import { cached } from './cached.mjs'
          export const load = cached(async (id) => id, { funcname: 'load' })
          export const [one, two] = ['one', 'two'].map((funcname) => cached(async (id) => funcname + id, { funcname }))
          export class Model {
            static { Model.prototype.predict = cached(Model.prototype.predict, { funcname: 'predict', key: (x) => [x] }) }
            predict(x) { return x }
          }`,
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./load.mjs')
          await printOutcome(() => import('./load.mjs?2'))`,
      }),
    ).toEqual(['again'])
  })

  test('after a top-level await only if NODE_ENV says that modules are reloaded', () => {
    const files = {
      'load.mjs': `await 0\n${LOAD}`,
      'main.mjs': `
        import { createRequire } from 'node:module'
        import { printOutcome } from './outcome.mjs'
        import vm from 'node:vm'
        import { readFileSync } from 'node:fs'
        // As test runners and dev servers do: the same file name, evaluated again.
        const core = await import('@persist/core')
        const text = readFileSync('load.mjs', 'utf8').replaceAll(/^import .*$/gm, '').replaceAll('export ', '')
        const evaluate = () => vm.runInThisContext('(async (persist, memoryStore) => {' + text + '\\n})', {
          filename: process.cwd() + '/load.mjs', columnOffset: -37 })(core.persist, core.memoryStore)
        await evaluate()
        await printOutcome(evaluate)`,
    }
    expect(run(files)).toEqual([ERROR])
    expect(run(files, { NODE_ENV: 'test' })).toEqual(['again'])
    expect(run(files, { NODE_ENV: 'development' })).toEqual(['again'])
  })

  // Hooks such as those of hot-hook, which AdonisJS has, give a changed module a new URL, and read the file by the URL without
  // the query. Node then evaluates the module again under the same name.
  test.each(['production', 'development'])(
    'under the same URL, where hooks of the loader take the query from it, in %s',
    (NODE_ENV) => {
      const hooks = `
      export const resolve = async (name, context, next) => {
        const found = await next(name, context)
        const { pathname } = new URL(found.url)
        if (!/^.rows|^.find|^.made/.test(pathname.slice(pathname.lastIndexOf('/')))) return found
        const version = (await import('node:fs')).readFileSync('version', 'utf8')
        return { ...found, url: found.url + '?v=' + version }
      }
      export const load = (url, context, next) => next(url.replace(/[?]v=.*/, ''), context)`
      const lines = run(
        {
          'hooks.mjs': hooks,
          'made.mjs': `${PERSIST}
          export const made = (table) => persist(async (id) => table + id, { funcname: 'made ' + table, cache })`,
          'find.mjs': `import { made } from './made.mjs'\nexport const users = made('users'), posts = made('posts')`,
          'rows.mjs': `import './find.mjs'\n${LOAD}export const url = import.meta.url`,
          'main.mjs': `
          import { register } from 'node:module'
          import { writeFileSync } from 'node:fs'
          import { printOutcome } from './outcome.mjs'
          register('./hooks.mjs', import.meta.url)
          const urls = new Set()
          for (let i = 0; i < 4; i++) {
            writeFileSync('version', String(i))
            if (i === 3) for (let times = 0; times < 3; times++) {
              await new Promise((resolve) => setTimeout(resolve, 10))
              gc()
            }
            await printOutcome(async () => urls.add((await import('./rows.mjs')).url))
          }
          console.log(urls.size)`,
        },
        { NODE_ENV, NODE_OPTIONS: '--expose-gc' },
      )
      expect(lines).toEqual(['again', 'again', 'again', 'again', '1'])
    },
  )

  test('if a program has replaced Error.prepareStackTrace, or has no stacks', () => {
    const main = (before: string) => `
      import { printOutcome } from './outcome.mjs'
      ${before}
      const settings = [Error.prepareStackTrace, Error.stackTraceLimit]
      await import('./load.mjs')
      await printOutcome(() => import('./load.mjs?2'))
      console.log(settings[0] === Error.prepareStackTrace, settings[1] === Error.stackTraceLimit)`
    const load = { 'load.mjs': LOAD }
    expect(run({ ...load, 'main.mjs': main("Error.prepareStackTrace = () => 'mine'") })).toEqual(['again', 'true true'])
    expect(run({ ...load, 'main.mjs': main('Error.stackTraceLimit = 0') })).toEqual(['again', 'true true'])
    expect(run({ ...load, 'main.mjs': main('delete Error.stackTraceLimit') })).toEqual(['again', 'true true'])
    // Without a stack a second function cannot be distinguished from the first.
    expect(run({ ...load, 'main.mjs': main('Object.freeze(Error)') })).toEqual([ERROR, 'true true'])
  })
})

describe('two functions with one name are an error, which names both places', () => {
  const two = (name: string, first: string, second: string, more: Record<string, string> = {}) =>
    test(name, () => {
      const files = {
        'first.mjs': PERSIST + first,
        'second.mjs': PERSIST + second,
        ...more,
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await printOutcome(async () => { await import('./first.mjs'); await import('./second.mjs') })`,
      }
      for (const NODE_ENV of ['production', 'development', 'test']) expect(run(files, { NODE_ENV })).toEqual([ERROR])
    })

  two(
    'with two sources in two files',
    'persist((x) => x, { funcname: "f", cache })',
    'persist((x) => -x, { funcname: "f", cache })',
  )
  two(
    'with two sources in one file',
    'persist((x) => x, { funcname: "f", cache })\npersist((x) => -x, { funcname: "f", cache })',
    '',
  )
  two(
    'with one source on two lines of one file',
    'persist((x) => x, { funcname: "f", cache })\npersist((x) => x, { funcname: "f", cache })',
    '',
  )
  two(
    'made by a factory',
    'export const make = (table) => persist((id) => table + id, { funcname: "f", cache })\nmake(1)\nmake(2)',
    '',
  )
  two(
    'made by a factory for two modules',
    "import { make } from './make.mjs'\nmake('users')",
    "import { make } from './make.mjs'\nmake('posts')",
    {
      'make.mjs': `${PERSIST}export default 0\nexport const make = (table) => persist((id) => table + id, { funcname: "f", cache })`,
    },
  )
  two(
    'made by an anonymous factory for two modules',
    "import make from './make.mjs'\nmake('users')",
    "import make from './make.mjs'\nmake('posts')",
    { 'make.mjs': `${PERSIST}export default [(table) => persist((id) => table + id, { funcname: "f", cache })][0]` },
  )
  two(
    'made by handlers with numbers or paths as their names',
    `
      const handlers = {
        404: (table) => persist((id) => table + id, { funcname: "f", cache }),
        '/users': (table) => persist((id) => table + id, { funcname: "g", cache }),
      }
      const call = (name, table) => new Promise((resolve) => setTimeout(resolve)).then(() => handlers[name](table))
      await call(404, 1)
      let failures = 0
      for (const again of [() => call(404, 2), () => call('/users', 1), () => call('/users', 2)])
        await again().catch((error) => { if (++failures === 2) throw error })`,
    '',
  )
  two(
    'made by a loop at the top of a module',
    'for (const table of ["users", "posts"]) persist((id) => table + id, { funcname: "f", cache })',
    '',
  )
  two(
    'with one source in two files, if a name in it is declared differently',
    'const table = "users"\npersist(function find(id) { return table + id }, { cache })',
    'const table = "posts"\npersist(function find(id) { return table + id }, { cache })',
  )
  two(
    'with one source in two files, if a name in it is imported from another module',
    "import { db as store, table } from './users.mjs'\npersist(function find(id) { return table + id }, { cache })",
    "import { db as store, table } from './posts.mjs'\npersist(function find(id) { return table + id }, { cache })",
    {
      'users.mjs': 'export const table = "users"\nexport const db = 1',
      'posts.mjs': 'export const table = "posts"\nexport const db = 1',
    },
  )
  test('with one source in two files, if what a name in it stands for differs anywhere', () => {
    const contexts: readonly (readonly [text: string, context: (table: string) => string])[] = [
      ['config.table + id', (table) => `const config = {\n  table: '${table}',\n}`],
      ['config[1] + id', (table) => `const config = ['db', '${table}']`],
      ['at + id', (table) => `const at = 'db;${table}'`],
      ['at + id', (table) => `const at = \`\n${table}\``],
      ['at + id', (table) => `const at = String(\n  '${table}',\n)`],
      ['at + id', (table) => `const { at } = {\n  at: '${table}' }`],
      ['at() + id', (table) => `function at() {\n  return '${table}'\n}`],
      ['Rows.table + id', (table) => `class Rows {\n  static table = '${table}'\n}`],
      ['at + id', (table) => `let at\nat = '${table}'`],
      ['at + id', (table) => `let at\nif (cache) {\n  at = '${table}'\n}`],
      ['at + id', (table) => `let at\nconst set = () => {\n  at = '${table}'\n}\nset()`],
      ['at + id', (table) => `const base = '${table}'\nconst at = base + '/'`],
      ['at() + id', (table) => `const base = '${table}'\nconst at = () => base`],
      ['at(id)', (table) => `import { ${table} as at } from './tables.mjs'`],
      ['at + id', (table) => `const at = '${table}'\nexport function other() { const at = 'other'; return at }`],
      ['id * at', (table) => `const at = ${table.charCodeAt(0)}`],
      ['((x, from = at) => from + x)(id)', (table) => `const at = '${table}'`],
      ['(async () => { for await (const row of at) return row + id })()', (table) => `const at = ['${table}']`],
      ['[id].map((at) => at) + at', (table) => `const at = '${table}'`],
      ['at.table + id', (table) => `const at = {}\nat.table = '${table}'`],
      ['at[0] + id', (table) => `const at = []\nat.push('${table}')`],
      ['at.table + id', (table) => `const at = {}\nObject.assign(at, { table: '${table}' })`],
      ['at + id', (table) => `let at\n;({ at } = { at: '${table}' })`],
      ['at + id', (table) => `let at\nfor (at of ['${table}']);`],
      ['at + id', (table) => `let at\nconst set = (to) => { at = to }\nset('${table}')`],
      ['at.Table + id', (table) => `var at;(function (at) { at['Table'] = '${table}' })(at || (at = {}))`],
      ['new Rows().at + id', (table) => `function Rows() {}\nRows.prototype.at = '${table}'`],
      ['at.table + id', (table) => `const at = {}\nfunction set(to) {\n  at.table = to\n}\nset('${table}')`],
      [
        'at.table + id',
        (table) => `const at = {}
          const set = (to) => { at.table = to }
          const start = (to) => set(to)
          start('${table}')`,
      ],
      [
        'at + id',
        (table) => `let at
          const api = { set(to) { at = to } }
          const start = (to) => { api.set(to) }
          function main() { start('${table}') }
          main()`,
      ],
      ['at.table + id', (table) => `const at = {}\nclass Rows {\n  static { at.table = '${table}' }\n}`],
      ['at.table + id', (table) => `const at = {}\nconst same = Object.assign(at, { table: '${table}' })`],
      ['read() + id', (table) => `const at = '${table}'\nconst read = (from = at) => from`],
      ['at + id', (table) => `let at\nfunction seed() {\n  [at] = ['${table}']\n}\nseed()`],
      ['at + id', (table) => `let at\nfunction seed() {\n  for (at of ['${table}']);\n}\nseed()`],
      ['at.size + id', (table) => `const at = new Set()\nfunction seed() {\n  at.add('${table}')\n}\nseed()`],
      [
        'at.table + id',
        (table) => `const at = {}
          const seed = async () => { Object.defineProperty(at, 'table', { value: '${table}' }) }
          export const ready = seed()`,
      ],
      [
        'at.table + id',
        (table) => `const at = { table: 'users' }
          function seed() { ${table === 'users' ? '' : 'delete at.table'} }
          seed()`,
      ],
      ['at + id', (table) => `let at = 1\nfunction seed() { ${table === 'users' ? '' : 'at++'} }\nseed()`],
      ['at + id', (table) => `let at = 1\n${table === 'users' ? '' : 'function seed() { at = 2 }\nseed()'}`],
      [
        'new Rows().at() + id',
        (table) => `class Base { at() { return '${table}' } }
          const mixin = (base) => class extends base {}
          class Rows extends mixin(Base) {\n}`,
      ],
      ['satisfies() + id', (table) => `export const same = satisfies\nfunction satisfies() { return '${table}' }`],
      ['from(id)', (table) => `import { ${table} as from } from './tables.mjs'`],
      ['(id ? (at) => at : () => at)() + id', (table) => `const at = '${table}'`],
      ['read() + id', (table) => `const get = '${table}'\nlet got\nfunction read() {\n  got = get\n  return got\n}`],
      ['rows.each.at + id', (table) => `const at = '${table}'\nconst rows = { class: 1, each: {\n  at,\n} }`],
      ['read() + id', (table) => `const at = '${table}'\nfunction read() {\n  String(at)\n  {\n    return at\n  }\n}`],
      ['at[0] + id', (table) => `const at = []\nexport function load() { at.push('${table}') }\nload()`],
      ['at.get(1) + id', (table) => `const at = new Map()\nconst load = (to) => at.set(1, to)\nload('${table}')`],
      ['at[0] + id', (table) => `const at = []\nexport const count = at.push('${table}')`],
      ['import.meta.url + id', () => ''],
      ['at + id', () => "const at = import.meta.url.split('-').at(-1)"],
      ['url + id', () => 'const { url } = import.meta'],
      ['at + id', () => 'const at = import.meta?.url ?? 1'],
      ['at + id', () => "const at = import.meta['url'] + 1"],
      ['at.url + id', () => 'const at = import.meta || {}'],
      ['at + id', () => "const key = 'url'\nconst at = import.meta[key]"],
      ['basename(import.meta.url) + id', () => "import { basename } from 'node:path'"],
      [
        'name + id',
        () =>
          "import { parse } from 'node:path'\nimport { fileURLToPath } from 'node:url'\nconst { name } = parse(fileURLToPath(import.meta.url))",
      ],
    ]
    const main = contexts.map(
      (_, i) => `await import('./${i}-users.mjs')\nawait printOutcome(() => import('./${i}-posts.mjs'))`,
    )
    const modules = contexts.flatMap(([text, context], i) =>
      ['users', 'posts'].map((table) => [
        `${i}-${table}.mjs`,
        `${PERSIST}${context(table)}\npersist(function find${i}(id) { return ${text} }, { cache })`,
      ]),
    )
    const tables = { 'tables.mjs': 'export const users = (id) => id\nexport const posts = (id) => -id' }
    const files = { 'main.mjs': `import { printOutcome } from './outcome.mjs'\n${main.join('\n')}` }
    expect(run({ ...Object.fromEntries(modules), ...tables, ...files })).toEqual(contexts.map(() => ERROR))
  })

  test('with one source in two files, but not if it only asks for a property of import.meta that is no name', () => {
    const files = [
      'import.meta?.env?.MODE',
      "typeof import.meta !== 'undefined' && import.meta.env",
      'import.meta && import.meta.env && import.meta.env.MODE',
      "import.meta['env']",
      'import.meta ? 1 : 2',
    ].flatMap((mode, i) =>
      ['one', 'two'].map((page) => [
        `${i}-${page}.mjs`,
        `${PERSIST}const mode = ${mode}
          persist(function find${i}(id) { return [mode, id] }, { cache })\nexport const page = '${page}'`,
      ]),
    )
    const main = files.map(([name]) => `await printOutcome(() => import('./${name}'))`)
    const outcomes = run({
      ...Object.fromEntries(files),
      'main.mjs': `import { printOutcome } from './outcome.mjs'\n${main.join('\n')}`,
    })
    expect(outcomes).toEqual(files.map(() => 'again'))
  })

  test('with one source in two files, if one relative import leads to two files', () => {
    const find = `${PERSIST}import { table } from './table.mjs'\npersist(function find(id) { return table + id }, { cache })`
    expect(
      run({
        'users/find.mjs': find,
        'posts/find.mjs': find,
        'users/table.mjs': 'export const table = 1',
        'posts/table.mjs': 'export const table = 2',
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await printOutcome(async () => { await import('./users/find.mjs'); await import('./posts/find.mjs') })`,
      }),
    ).toEqual([ERROR])
  })

  test.each(['c#', 'what?', '100%25'])('also in a folder with the name %s', (name) => {
    const find = `${PERSIST}import { table } from './table.mjs'\npersist(function find(id) { return table + id }, { cache })`
    expect(
      run({
        [`${name}/users/find.mjs`]: find,
        [`${name}/posts/find.mjs`]: find,
        [`${name}/users/table.mjs`]: 'export const table = 1',
        [`${name}/posts/table.mjs`]: 'export const table = 2',
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          const folder = './' + encodeURIComponent('${name}')
          await import(folder + '/users/find.mjs')
          await printOutcome(() => import(folder + '/posts/find.mjs'))`,
      }),
    ).toEqual([ERROR])
  })

  test.each([
    ["import table from 'tables'", "import { table } from 'tables'"],
    ["import table, { table as other } from 'tables'", "import other, { table } from 'tables'"],
    ["import { 'users-table' as table } from 'tables'", "import { 'posts-table' as table } from 'tables'"],
  ])('with one source in two files, if a name in it is another export of a package: %s, %s', (first, second) => {
    const find = (imported: string) =>
      `${imported}\n${PERSIST}persist(function find(id) { return table + id }, { cache })`
    expect(
      run({
        'node_modules/tables/package.json': '{ "name": "tables", "type": "module", "exports": "./index.js" }',
        'node_modules/tables/index.js': `const users = 'users', posts = 'posts'
          export { users as default, posts as table, users as 'users-table', posts as 'posts-table' }`,
        'users.mjs': find(first),
        'again.mjs': find(first),
        'posts.mjs': find(second),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./users.mjs')
          await printOutcome(() => import('./again.mjs'))
          await printOutcome(() => import('./posts.mjs'))`,
      }),
    ).toEqual(['again', ERROR])
  })

  test('with one source in two files, if it uses the arguments of a function around it', () => {
    const find = (table: string) => `${PERSIST}
      export const find = (function () {
        const [table] = arguments
        return persist(function find(id) { return table + id }, { cache })
      })('${table}')`
    const main = `
      import { printOutcome } from './outcome.mjs'
      await import('./users.mjs')
      await printOutcome(() => import('./posts.mjs'))`
    expect(run({ 'users.mjs': find('users'), 'posts.mjs': find('posts'), 'main.mjs': main })).toEqual([ERROR])
  })

  test.each(['const { hash } = url', 'const hash = url.href'])(
    'with one source in one file, if it reads the fragment of its URL: %s',
    (read) => {
      expect(
        run({
          'find.mjs': `${PERSIST}const url = new URL(import.meta.url)
            ${read}
            persist(function find(id) { return hash + id }, { cache })`,
          'main.mjs': `
            import { printOutcome } from './outcome.mjs'
            await import('./find.mjs#users')
            await printOutcome(() => import('./find.mjs#posts'))`,
        }),
      ).toEqual([ERROR])
    },
  )

  test.each([
    ['vm.compileFunction', "vm.compileFunction(text, ['host', 'table'], { filename })(host, table)"],
    ['new Function', "new Function('host', 'table', text + '\\n//# sourceURL=' + filename)(host, table)"],
    [
      'a function around it',
      "vm.runInThisContext('(function (host, table) {' + text + '})', { filename })(host, table)",
    ],
    ['a context', 'vm.runInContext(text, vm.createContext({ host, table }), { filename })'],
    ['eval', "eval(text + '\\n//# sourceURL=' + filename)"],
  ])('if a host gives two evaluations of a module other variables, by %s', (_, evaluate) => {
    const outcomes = (text: string) =>
      run({
        'plugin.js': text,
        'main.mjs': `
          import { readFileSync } from 'node:fs'
          import vm from 'node:vm'
          import { memoryStore, persist } from '@persist/core'
          import { printOutcome } from './outcome.mjs'
          const host = { cache: memoryStore(), persist }
          const filename = process.cwd() + '/plugin.js'
          const text = readFileSync(filename, 'utf8')
          const load = (table) => { ${evaluate} }
          await printOutcome(() => load('users'))
          await printOutcome(() => load('posts'))`,
      })
    expect(outcomes('host.persist(function find(id) { return table + id }, { cache: host.cache })')).toEqual([
      'again',
      ERROR,
    ])
    expect(
      outcomes('const rows = table + 1\nhost.persist(function find(id) { return rows + id }, { cache: host.cache })'),
    ).toEqual(['again', ERROR])
    // A name that nothing declares may be one of another runtime.
    const known = `function first(list) { return list[0] }
      const rows = [first('rows')]
      const isDeno = typeof Deno !== 'undefined' && Deno.version
      around: for (const row of rows) break around
      const isPage = typeof window !== 'undefined'
      host.persist(function find(id) {
        return isPage ? new FileReader().readAsText(id) : [rows, isDeno, require, module].length + id
      }, { cache: host.cache })`
    expect(outcomes(known)).toEqual(['again', 'again'])
  })

  test.each([
    '(host, table) => host.persist(function find(id) { return table + id }, { cache: host.cache })',
    '(function (host, table) { host.persist(function find(id) { return table + id }, { cache: host.cache }) })',
  ])('if a host calls the one function of a file with other arguments: %s', (text) => {
    expect(
      run({
        'plugin.js': text,
        'main.mjs': `
          import { readFileSync } from 'node:fs'
          import vm from 'node:vm'
          import { memoryStore, persist } from '@persist/core'
          import { printOutcome } from './outcome.mjs'
          const host = { cache: memoryStore(), persist }
          const filename = process.cwd() + '/plugin.js'
          const plugin = vm.runInThisContext(readFileSync(filename, 'utf8'), { filename })
          await printOutcome(() => plugin(host, 'users'))
          await printOutcome(() => plugin(host, 'posts'))`,
      }),
    ).toEqual(['again', ERROR])
  })

  test.each(['rule.js', '/rules/rule.js', 'package.json'])(
    'in two scripts that a host gives one name, %s',
    (filename) => {
      const main = (first: string, second: string) => `
      import vm from 'node:vm'
      import { memoryStore, persist } from '@persist/core'
      import { printOutcome } from './outcome.mjs'
      const host = vm.createContext({ cache: memoryStore(), persist })
      const load = (text) => vm.runInContext(text, host, { filename: '${filename}' })
      await printOutcome(() => load(${JSON.stringify(first)}))
      await printOutcome(() => load(${JSON.stringify(second)}))`
      const rule = (table: string) =>
        `{ const table = '${table}'; persist(function find(id) { return table + id }, { cache }) }`
      const same = 'persist(function find(id) { return String(id) }, { cache })'
      const outcomes = (text: string) => run({ 'package.json': '{}', 'main.mjs': text }, { NODE_ENV: 'production' })
      expect(outcomes(main(rule('users'), rule('posts')))).toEqual(['again', ERROR])
      expect(outcomes(main(same, same))).toEqual(['again', 'again'])
    },
  )

  test('made by functions in a table of paths, in one line with an assignment to exports', () => {
    const files = {
      'make.cjs':
        'const{memoryStore:m,persist:p}=require("@persist/core"),c=m(),t={"/users":t=>void p(function find(e){return t+e},{cache:c})};' +
        'exports.make=(e,n)=>t[e](n),module.exports.other=1;',
      'main.mjs': `
        import rows from './make.cjs'
        import { printOutcome } from './outcome.mjs'
        for (const table of ['users', 'posts']) await printOutcome(() => rows.make('/users', table))`,
    }
    expect(run(files)).toEqual(['again', ERROR])
  })

  test('if an async function around a whole script goes on with a loop, also if modules are reloaded', () => {
    const script = `(async () => {
      const { memoryStore, persist } = require('@persist/core')
      const cache = memoryStore()
      try {
        for (const table of ['users', 'posts'])
          console.log(await persist(async function find(id) { return table + id }, { cache })(1))
      } catch (error) {
        console.log(error.code, error.message)
      }
    })()`
    for (const NODE_ENV of ['production', 'development', 'test'])
      expect(run({ 'main.cjs': script, 'main.mjs': "import './main.cjs'" }, { NODE_ENV })).toEqual(['users1', ERROR])
  })

  test('with one source in two folders, if a template in it begins with a relative path', () => {
    const rows = (begin: string) => `${PERSIST}
      persist(async (table) => (await import(\`${begin}\${table}.mjs\`)).default, { funcname: 'rows', cache })`
    const outcomes = (begin: string) =>
      run({
        'users/rows.mjs': rows(begin),
        'posts/rows.mjs': rows(begin),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./users/rows.mjs')
          await printOutcome(() => import('./posts/rows.mjs'))`,
      })
    expect(outcomes('./')).toEqual([ERROR])
    expect(outcomes('../rows/')).toEqual(['again'])
  })

  test('with one source in two modules of a program that differ elsewhere, but not in two builds or two chunks', () => {
    const find = (more: string) =>
      `${PERSIST}import { table } from '../table.mjs'\npersist((id) => table + id, { funcname: 'find', cache })\n${more}`
    const typed = (more: string) => `
      const { persist, memoryStore } = require('@persist/core')
      const cache = (globalThis.store ??= memoryStore())
      persist((id) => id + 1, { funcname: 'find', cache })
      exports.${more} = 1`
    const pairs = {
      'users/find.mjs': find('export const users = 1'),
      'posts/find.mjs': find('export const posts = 1'),
      'server/find.ts': typed('users'),
      'client/find.ts': typed('posts'),
      'main/find.mjs': find('export const format = 1'),
      'module/find.mjs': find('export const format = 2'),
      'users/find-C0ffee12.mjs': find('export const chunk = 1'),
      'posts/find-B1234abc.mjs': find('export const chunk = 2'),
      // Bundlers leave a package.json, and native addons, beside a bundle.
      'users/bundle.cjs': `${typed('users')}; require('../table.json')`,
      'posts/bundle.cjs': `${typed('posts')}; require('../table.json')`,
      // A minified bundle of webpack loads its chunks by such a name.
      'users/index.js': `${typed('users')}; exports.chunk = (name) => require('./' + name)`,
      'posts/index.js': `${typed('posts')}; exports.chunk = (name) => require('./' + name)`,
    }
    const names = Object.keys(pairs)
    const programs = [0, 2, 4, 6, 8, 10].map(
      (first) => `
        delete globalThis.store
        await load('./${names[first]}')
        await printOutcome(() => load('./${names[first + 1]}'))`,
    )
    const main = `
      import { createRequire } from 'node:module'
      import { printOutcome } from './outcome.mjs'
      const require = createRequire(import.meta.url)
      const load = async (name) => (name.endsWith('.ts') ? require(name) : import(name))
      ${programs.join('\n')}`
    const table = { 'table.mjs': 'export const table = 1', 'table.json': '1' }
    const outcomes = [ERROR, ERROR, 'again', 'again', 'again', 'again']
    expect(run({ ...pairs, ...table, 'main.mjs': main })).toEqual(outcomes)
    const inFolder = Object.entries({ ...pairs, ...table, 'main.mjs': main }).map(([name, text]) => [
      `100% #1/${name}`,
      text,
    ])
    const outcome = { '100% #1/outcome.mjs': OUTCOME }
    expect(
      run({ ...Object.fromEntries(inFolder), ...outcome, 'main.mjs': "await import('./100%25 %231/main.mjs')" }),
    ).toEqual(outcomes)
  })

  const P = `${PERSIST}const options = { funcname: 'find', cache }\n`
  const find = 'export const find = (id) => table + id'
  test.each<[how: string, first: (table: string) => Record<string, string>]>([
    [
      'made by a factory of another module',
      (table) => ({
        'main.mjs': `${P}import { make } from '../make.mjs'\npersist(make('${table}'), options)`,
      }),
    ],
    [
      'made by a factory of their own',
      (table) => ({
        'main.mjs': `${P}const make = (table) => (id) => table + id\npersist(make('${table}'), options)`,
      }),
    ],
    [
      'made by a factory with variables',
      (table) => ({
        'main.mjs': `${P}function make(name) {\nconst table = name + 1\nreturn (id) => table + id\n}\npersist(make('${table}'), options)`,
      }),
    ],
    [
      'imported from two modules',
      (table) => ({
        'find.mjs': `const table = '${table}'\n${find}`,
        'main.mjs': `${P}import { find } from './find.mjs'\npersist(find, options)`,
      }),
    ],
    [
      'persisted twice',
      (table) => ({
        'main.mjs': `${P}const table = '${table}'\n${find}\npersist(persist(find, { ...options, funcname: table }), options)`,
      }),
    ],
    [
      'that import a module when it is needed',
      (table) => ({
        'table.mjs': `export const table = '${table}'`,
        'main.mjs': `${P}persist(async (id) => (await import('./table.mjs')).table + id, options)`,
      }),
    ],
    [
      'that import a module by a template',
      (table) => ({
        'table.mjs': `export const table = '${table}'`,
        'main.mjs': `${P}persist(async (id) => (await import(\`./table.mjs\`)).table + id, options)`,
      }),
    ],
    [
      'that require the index of their folder',
      (table) => ({
        'index.cjs': `exports.table = '${table}'`,
        'package.json': '{ "main": "./index.cjs" }',
        'main.mjs': "process.getBuiltinModule('node:module').createRequire(import.meta.url)('./find.cjs')",
        'find.cjs': `const { persist, memoryStore } = require('@persist/core')
        const { table } = require('.')
        const cache = (globalThis.store ??= memoryStore())
        persist((id) => table + id, { cache, funcname: 'find' })`,
      }),
    ],
    [
      'that require a module',
      (table) => ({
        'table.cjs': `exports.table = '${table}'`,
        'main.mjs': "process.getBuiltinModule('node:module').createRequire(import.meta.url)('./find.cjs')",
        'find.cjs': `const { persist, memoryStore } = require('@persist/core')
        const cache = (globalThis.store ??= memoryStore())
        persist((id) => require('./table.cjs').table + id, { cache, funcname: 'find' })`,
      }),
    ],
    [
      'that use an exported variable of CommonJS',
      (table) => ({
        'main.mjs': "process.getBuiltinModule('node:module').createRequire(import.meta.url)('./find.cjs')",
        'find.cjs': `const core_1 = require('@persist/core')
        const cache = (globalThis.store ??= core_1.memoryStore())
        exports.table = '${table}'
        exports.find = core_1.persist((id) => exports.table + id, { cache, funcname: 'find' })`,
      }),
    ],
    [
      'in two packages with an import map',
      (table) => ({
        'package.json': '{ "type": "module", "imports": { "#table": "./table.mjs" } }',
        'table.mjs': `export const table = '${table}'`,
        'main.mjs': `${P}import { table } from '#table'\npersist((id) => table + id, options)`,
      }),
    ],
    ...['package.json', 'deno.json'].map((by): [string, (table: string) => Record<string, string>] => [
      `in two packages with an alias of one name beside ${by}`,
      (table) => ({
        [by]: '{ "type": "module" }',
        'src/table.mjs': `export const table = '${table}'`,
        'main.mjs':
          "import { register } from 'node:module'\nregister('./alias.mjs', import.meta.url)\nawait import('./find.mjs')",
        'alias.mjs': `export const resolve = (specifier, context, next) =>
          next(specifier.startsWith('@/') ? new URL('src' + specifier.slice(1), context.parentURL).href : specifier, context)`,
        'find.mjs': `${P}import { table } from '@/table.mjs'\npersist((id) => table + id, options)`,
      }),
    ]),
    [
      'with two installed versions of a package',
      (table) => ({
        'node_modules/rows/package.json': `{ "name": "rows", "version": "1.0.0-${table}", "exports": "./rows.mjs" }`,
        'node_modules/rows/rows.mjs': `export const table = '${table}'`,
        'main.mjs': `${P}import { table } from 'rows'\npersist((id) => table + id, options)`,
      }),
    ],
    [
      'with the this of two classes of one name',
      (table) => ({
        'main.mjs': `${P}class Rows { static table = '${table}'; static find = persist((id) => this.table + id, options) }`,
      }),
    ],
    [
      'with the this of two classes of one text that get different services, as tsc compiles them',
      (table) => ({
        'rows.mjs': `export class Rows { get(id) { return '${table}' + id } }`,
        'main.mjs': `${P}import { Rows } from './rows.mjs'
          const exports = {}
          const __decorate = ([decorate], target, key) => {
            const method = key && Object.getOwnPropertyDescriptor(target, key)
            const decorated = decorate(target, key, method)
            return key ? Object.defineProperty(target, key, decorated) : target
          }
          const inject = (...services) => (target) => void (target.services = services)
          let Service = class Service {
            constructor(rows) { this.rows = rows }
            async find(id) { return this.rows.get(id) }
          };
          exports.Service = Service;
          __decorate([persist({ ...options, key: (_, id) => id })], Service.prototype, "find", null);
          exports.Service = Service = __decorate([inject(Rows)], Service);`,
      }),
    ],
    [
      'with the this of two functions that get different properties',
      (table) => ({
        'main.mjs': `${P}function Rows() {}
          Rows.prototype.table = '${table}'
          Rows.prototype.find = persist(function (id) { return this.table + id }, { ...options, key: (_, id) => id })`,
      }),
    ],
    [
      'with the this of two functions that hold it in a variable, as compilers do',
      (table) => ({
        'main.mjs': `${P}function Rows() { var _this = this; this.table = '${table}'; this.find = (id) => _this.table + id }
          persist(new Rows().find, options)`,
      }),
    ],
    [
      'with the this of two objects of one name',
      (table) => ({
        'main.mjs': `${P}class Rows { table = '${table}'; find = (id) => this.table + id }\npersist(new Rows().find, options)`,
      }),
    ],
  ])('%s, with one source in two files', (_, files) => {
    const all = ['users', 'posts'].flatMap((table) =>
      Object.entries(files(table)).map(([name, content]) => [`${table}/${name}`, content]),
    )
    expect(
      run({
        ...Object.fromEntries(all),
        'make.mjs': 'export const make = (table) => (id) => table + id',
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./users/main.mjs')
          await printOutcome(() => import('./posts/main.mjs'))`,
      }),
    ).toEqual([ERROR])
  })

  test('in two versions of one package, if a name in it is declared differently; otherwise they are one', () => {
    const packageJson = (version: string) => `{ "name": "rows", "version": "${version}" }`
    const version = (table: string) => `${PERSIST}import { prefix } from './prefix.mjs'
      const table = '${table}'
      persist(function find(id) { return prefix + table + id }, { cache })`
    const outcome = (table: string, prefix = '') =>
      run({
        'node_modules/rows/package.json': packageJson('1.0.0'),
        'node_modules/other/node_modules/rows/package.json': packageJson('2.0.0'),
        'node_modules/other/node_modules/rows/inner.mjs': `export default '${prefix}'`,
        'node_modules/rows/inner.mjs': "export default ''",
        'node_modules/rows/find.mjs': version('users'),
        'node_modules/rows/prefix.mjs': 'export { default as prefix } from "./inner.mjs"',
        'node_modules/other/node_modules/rows/find.mjs': `${version(table)}\n`,
        'node_modules/other/node_modules/rows/prefix.mjs': 'export { default as prefix } from "./inner.mjs"',
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./node_modules/rows/find.mjs')
          await printOutcome(() => import('./node_modules/other/node_modules/rows/find.mjs'))`,
      })
    expect(outcome('posts')).toEqual([ERROR])
    expect(outcome('users', 'other')).toEqual([ERROR])
    expect(outcome('users')).toEqual(['again'])
  })

  test.each<[what: string, table: string, files: (table: string) => Record<string, string>]>([
    [
      'reads a file beside it',
      "JSON.parse(fs.readFileSync(new URL('./table.json', import.meta.url)))",
      (table) => ({ 'table.json': `"${table}"` }),
    ],
    [
      'requires a file beside it',
      "createRequire(import.meta.url)('./table.json')",
      (table) => ({ 'table.json': `"${table}"` }),
    ],
    [
      'has an import map',
      "(await import('#table')).default",
      (table) => ({ 'table.mjs': `export default '${table}'` }),
    ],
    [
      'has another version of what it imports through another file',
      "(await import('./inner.mjs')).default",
      (table) => ({
        'inner.mjs': "export { default } from 'inner'",
        'node_modules/inner/package.json': `{ "version": "1.0.0-${table}", "exports": "./inner.mjs" }`,
        'node_modules/inner/inner.mjs': `export default '${table}'`,
      }),
    ],
  ])('in two versions of one package that %s', (_, table, files) => {
    const version = (name: string) => ({
      'package.json': `{ "name": "rows", "version": "1.0.0-${name}", "imports": { "#table": "./table.mjs" } }`,
      'find.mjs': `${PERSIST}import fs from 'node:fs'
        import { createRequire } from 'node:module'
        const table = ${table}
        persist((id) => table + id, { funcname: 'find', cache })`,
      ...files(name),
    })
    const installed = (folder: string, name: string) =>
      Object.entries(version(name)).map(([file, text]) => [`${folder}/${file}`, text])
    expect(
      run({
        ...Object.fromEntries(installed('node_modules/rows', 'users')),
        ...Object.fromEntries(installed('node_modules/other/node_modules/rows', 'posts')),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./node_modules/rows/find.mjs')
          await printOutcome(() => import('./node_modules/other/node_modules/rows/find.mjs'))`,
      }),
    ).toEqual([ERROR])
  })

  test.each([
    ["join(__dirname, '../../..')", ERROR],
    ["join(__dirname, '..', '..', '..')", ERROR],
    ["__dirname.split('/node_modules')[0]", ERROR],
    ["join(__dirname, '..')", 'again'],
    ["join(__dirname, '../data')", 'again'],
    ["join(__dirname, '..', 'data')", 'again'],
  ])('in two copies of one version of a package, if it reads what is outside of the package: %s', (folder, outcome) => {
    const copy = (app: string) => ({
      [`${app}/node_modules/rows/package.json`]: '{ "name": "rows", "version": "1.0.0" }',
      [`${app}/node_modules/rows/lib/find.cjs`]: `
        const { memoryStore, persist } = require('@persist/core')
        const { join } = require('node:path')
        const folder = ${folder}
        persist(function find(id) { return folder + id }, { cache: (globalThis.store ??= memoryStore()) })`,
    })
    expect(
      run({
        ...copy('users'),
        ...copy('posts'),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./users/node_modules/rows/lib/find.cjs')
          await printOutcome(() => import('./posts/node_modules/rows/lib/find.cjs'))`,
      }),
    ).toEqual([outcome])
  })

  test('in two copies of one version of a package that get two versions of what another file imports', () => {
    const copy = (table: string) => ({
      [`${table}/node_modules/rows/package.json`]: '{ "name": "rows", "version": "1.0.0" }',
      [`${table}/node_modules/rows/table.mjs`]: "export { table } from 'inner'",
      [`${table}/node_modules/rows/find.mjs`]: `${PERSIST}import { table } from './table.mjs'
        persist((id) => table + id, { funcname: 'find', cache })`,
    })
    const inner = (folder: string, table: string) => ({
      [`${folder}/node_modules/inner/package.json`]: `{ "version": "1.0.0-${table}", "exports": "./inner.mjs" }`,
      [`${folder}/node_modules/inner/inner.mjs`]: `export const table = '${table}'`,
    })
    const outcome = (table: string) =>
      run({
        ...copy('users'),
        ...copy('posts'),
        ...inner('users', 'users'),
        ...inner('posts', table),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./users/node_modules/rows/find.mjs')
          await printOutcome(() => import('./posts/node_modules/rows/find.mjs'))`,
      })
    expect(outcome('users')).toEqual(['again'])
    expect(outcome('posts')).toEqual([ERROR])
  })

  test('in two copies of one version of a package, if a package below one that it imports has two versions', () => {
    const copy = (app: string, table: string) => ({
      [`${app}/node_modules/rows/package.json`]: '{ "name": "rows", "version": "1.0.0" }',
      [`${app}/node_modules/rows/find.mjs`]: `${PERSIST}import { table } from 'inner'
        persist((id) => table + id, { funcname: 'find', cache })`,
      [`${app}/node_modules/inner/package.json`]:
        '{ "version": "1.0.0", "exports": "./inner.mjs", "dependencies": { "tables": "*", "absent": "*" } }',
      [`${app}/node_modules/inner/inner.mjs`]: "export { table } from 'tables'",
      [`${app}/node_modules/tables/package.json`]: `{ "version": "1.0.0-${table}", "exports": "./tables.mjs", "peerDependencies": { "inner": "*" } }`,
      [`${app}/node_modules/tables/tables.mjs`]: `export const table = '${table}'`,
    })
    const outcome = (table: string) =>
      run({
        ...copy('users', 'users'),
        ...copy('posts', table),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./users/node_modules/rows/find.mjs')
          await printOutcome(() => import('./posts/node_modules/rows/find.mjs'))`,
      })
    expect(outcome('users')).toEqual(['again'])
    expect(outcome('posts')).toEqual([ERROR])
  })

  test('or one, if exports of CommonJS use each other many times', () => {
    const members = Array.from({ length: 40 }, (_, i) => i)
    const uses = (i: number) => `exports.f${(i + 1) % 40}(x - 1) + exports.f${(i + 2) % 40}(x - 1)`
    const find = (last: string) => `const core_1 = require('@persist/core')
      const cache = (globalThis.store ??= core_1.memoryStore())
      ${members.map((i) => `exports.f${i} = (x) => (x < 1 ? ${i === 39 ? last : i} : ${uses(i)})`).join('\n')}
      exports.find = core_1.persist((id) => exports.f0(id), { cache, funcname: 'find' })`
    const outcome = (last: string) =>
      run({
        'first.cjs': find('39'),
        'second.cjs': find(last),
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./first.cjs')
          await printOutcome(() => import('./second.cjs'))`,
      })
    expect(outcome('39')).toEqual(['again'])
    expect(outcome('40')).toEqual([ERROR])
  })

  test('as methods of two classes with one source, in two files', () => {
    const service = (name: string) => `${PERSIST}
      export class ${name} {
        async findOne(id) { return this.repository.get(id) }
        static { this.prototype.findOne = persist(this.prototype.findOne, { cache, key: (id) => [id] }) }
      }`
    const files = {
      'users.mjs': service('Users'),
      'posts.mjs': service('Posts'),
      'main.mjs': `
        import { printOutcome } from './outcome.mjs'
        await printOutcome(async () => { await import('./users.mjs'); await import('./posts.mjs') })`,
    }
    expect(run(files)).toEqual([ERROR])
  })

  test.each([
    "new URL(import.meta.url).searchParams.get('table')",
    "import.meta.url.split('=').at(-1)",
    'new URL(import.meta.url).href',
    "'', { url } = import.meta, [, at] = url.split('=')",
    'String([import.meta.url])',
    '/table=(\\w+)/.exec(import.meta.url)[1]',
    '/users/.test(import.meta.url)',
    "String(import.meta.url).split('=')[1]",
    "decodeURIComponent(import.meta.url).split('=')[1]",
    "(await import('node:path')).basename(import.meta.url)",
    "import.meta.url.endsWith('=users')",
    "'users' === import.meta.url.split('=').at(-1)",
    "new URL('', import.meta.url).searchParams",
  ])('in a module whose query is a parameter: %s', (table) => {
    expect(
      run({
        'table.mjs': `${PERSIST}const table = ${table}
          persist(function find(id) { return table + id }, { cache })`,
        'main.mjs': `
          import { printOutcome } from './outcome.mjs'
          await import('./table.mjs?table=users')
          await printOutcome(() => import('./table.mjs?table=posts'))`,
      }),
    ).toEqual([ERROR])
  })

  test('native and bound functions, whose source says nothing', () => {
    const bound = `${PERSIST}persist(((a, x) => a + x).bind(null, 1), { funcname: 'f', cache })`
    const main = (second: string) => `
      import { printOutcome } from './outcome.mjs'
      await import('./one.mjs')
      await printOutcome(() => import('${second}'))`
    expect(run({ 'one.mjs': bound, 'two.mjs': bound, 'main.mjs': main('./two.mjs') })).toEqual([ERROR])
    expect(run({ 'one.mjs': bound, 'main.mjs': main('./one.mjs?2') })).toEqual(['again'])
  })

  test('if they are persisted twice, each through another wrapper', () => {
    const twice = (text: string) => `${PERSIST}
      persist(persist(${text}, { funcname: 'inner' + Math.random(), cache }), { funcname: 'f', cache })`
    const main = `
      import { printOutcome } from './outcome.mjs'
      await printOutcome(async () => { await import('./one.mjs'); await import('./two.mjs') })`
    expect(run({ 'one.mjs': twice('(x) => x'), 'two.mjs': twice('(x) => -x'), 'main.mjs': main })).toEqual([ERROR])
  })

  test('and it says what to do', () => {
    const [line] = run({
      'first.mjs': `${PERSIST}persist((x) => x, { funcname: 'f', cache })`,
      'second.mjs': `${PERSIST}\npersist((x) => -x, { funcname: 'f', cache })`,
      'main.mjs': `
        import { printOutcome } from './outcome.mjs'
        await printOutcome(async () => { await import('./first.mjs'); await import('./second.mjs') })`,
    })
    expect(line).toMatch(
      /two functions are persisted as "f" in memory:\S* \(at \S+first\.mjs:3 and at \S+second\.mjs:4\): give each a funcname of its own/,
    )
  })
})

test('the error names the lines of the source where a loader such as tsx writes a module into one line', () => {
  const source = `${PERSIST}
const one = persist((x) => x, { funcname: 'f', cache })
const two = persist((x) => -x, { funcname: 'f', cache })`
  const { code } = transformSync(source, { sourcefile: 'own.ts', sourcemap: 'inline', minifyWhitespace: true })
  const folder = folderWith({
    'own.mjs': code,
    'outcome.mjs': OUTCOME,
    'main.mjs': `import { printOutcome } from './outcome.mjs'\nawait printOutcome(() => import('./own.mjs'))`,
  })
  const mapped = folder.node('main.mjs', { env: { NODE_OPTIONS: '--enable-source-maps' } })
  expect(mapped).toMatch(/\(at \S+own\.ts:4 and at \S+own\.ts:5\)/)
  expect(folder.node('main.mjs', {})).toMatch(/several functions created at \S+own\.mjs:1 /)
})

describe('if the earlier function was garbage-collected', () => {
  const COLLECT = `${PERSIST}
    import { printOutcome } from './outcome.mjs'
    const collect = async () => {
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        gc()
      }
    }
  `
  const collecting = (files: Record<string, string>) => run(files, { NODE_OPTIONS: '--expose-gc' })

  test('a function of another source may not take its name', () => {
    const module = (source: string) =>
      `require('@persist/core').persist(${source}, { funcname: 'f', cache: globalThis.store })`
    expect(
      collecting({
        'users.cjs': module("(id) => 'users' + id"),
        'posts.cjs': module("(id) => 'posts' + id"),
        'main.mjs': `${COLLECT}
          import { createRequire } from 'node:module'
          const require = createRequire(import.meta.url)
          for (const name of ['users', 'posts'])
            await printOutcome(() => require('./' + name + '.cjs')).then(collect)`,
      }),
    ).toEqual(['again', expect.stringMatching(/users\.cjs and at .*posts\.cjs/)])
    const main = `${COLLECT}
      const make = {
        users: (table) => void persist((id) => table + id, { funcname: 'f', cache }),
        posts: (table) => void persist((id) => id + table, { funcname: 'f', cache }),
      }
      for (const table of ['users', 'posts']) await printOutcome(() => make[table](table)).then(collect)`
    expect(collecting({ 'main.mjs': main })).toEqual(['again', ERROR])
  })

  test('a function of another source may not take its name if modules are reloaded, but its module was not edited', () => {
    const handler = (source: string) => `${PERSIST}
      export const handle = async (id) => persist(${source}, { funcname: 'f', cache })(id)`
    const files = {
      'users.mjs': handler("(id) => 'users' + id"),
      'posts.mjs': handler("(id) => id + 'posts'"),
      'main.mjs': `${COLLECT}
        for (const name of ['users', 'posts'])
          await printOutcome(async () => void (await (await import('./' + name + '.mjs')).handle(1))).then(collect)`,
    }
    for (const NODE_ENV of ['development', 'test'])
      expect(run(files, { NODE_OPTIONS: '--expose-gc', NODE_ENV })).toEqual(['again', ERROR])
  })

  test('a function of another source may take its name if its module was edited and is evaluated again', () => {
    const main = `${COLLECT}
      import { writeFileSync } from 'node:fs'
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      for (const sign of ['', '-']) {
        writeFileSync(new URL('./load.cjs', import.meta.url),
          "require('@persist/core').persist((x) => " + sign + "x, { funcname: 'f', cache: globalThis.store })")
        delete require.cache[require.resolve('./load.cjs')]
        await printOutcome(() => require('./load.cjs')).then(collect)
      }`
    expect(collecting({ 'load.cjs': '', 'main.mjs': main })).toEqual(['again', 'again'])
  })

  test('a module that is evaluated again may take its name', () => {
    expect(
      collecting({
        'load.mjs': `${PERSIST}{ persist((id) => id, { funcname: 'f', cache }) }`,
        'load.cjs': `require('@persist/core').persist((id) => id, { funcname: 'g', cache: globalThis.store })`,
        'main.mjs': `${COLLECT}
          import { createRequire } from 'node:module'
          const require = createRequire(import.meta.url)
          for (const query of ['', '?2']) await printOutcome(() => import('./load.mjs' + query)).then(collect)
          for (let i = 0; i < 2; i++) {
            delete require.cache[require.resolve('./load.cjs')]
            await printOutcome(() => require('./load.cjs')).then(collect)
          }`,
      }),
    ).toEqual(['again', 'again', 'again', 'again'])
  })

  test('a module whose query is a parameter may not take its name', () => {
    expect(
      collecting({
        'load.mjs': `${PERSIST}const table = new URL(import.meta.url).searchParams.get('table')
          { persist((id) => table + id, { funcname: 'f', cache }) }`,
        'main.mjs': `${COLLECT}
          for (const table of ['users', 'posts'])
            await printOutcome(() => import('./load.mjs?table=' + table)).then(collect)`,
      }),
    ).toEqual(['again', ERROR])
  })

  test('a module in another file may take its name if it is a copy, and no other one', () => {
    const module = (table: string, more = '') => `const { persist } = require('@persist/core')
      const table = '${table}'
      persist((id) => table + id, { funcname: 'f', cache: globalThis.store })
      exports.bundle = '${more}'`
    expect(
      collecting({
        'users.cjs': module('users'),
        'second/users.cjs': module('users', 'second'),
        'posts.cjs': module('posts'),
        'main.mjs': `${COLLECT}
          import { createRequire } from 'node:module'
          const require = createRequire(import.meta.url)
          for (const name of ['users', 'second/users', 'posts'])
            await printOutcome(() => require('./' + name + '.cjs')).then(collect)`,
      }),
    ).toEqual(['again', 'again', expect.stringMatching(/users\.cjs and at .*posts\.cjs/)])
  })

  test('one that a factory makes may not, since it may have other variables', () => {
    const main = `${COLLECT}
      const make = async (user) => persist((id) => user + id, { funcname: 'f', cache })
      for (const user of ['Ann', 'Ben']) await printOutcome(async () => void (await make(user))).then(collect)`
    expect(collecting({ 'main.mjs': main })).toEqual(['again', ERROR])
  })

  test.each(['production', 'development', 'test'])(
    'one that a factory makes may not where only the host knows that the module is evaluated once, in %s',
    (NODE_ENV) => {
      // As in Bun, which names modules by paths, and in Vite's dev server: no caller is in the stack after an `await`.
      const main = `import vm from 'node:vm'
        import { memoryStore, persist } from '@persist/core'
        const text = \`(async (persist, cache, collect) => {
          await 0
          const cached = (table) => persist((id) => table + id, { funcname: 'f', cache })
          console.log(cached('users')(1))
          await collect()
          console.log(cached('posts')(1))
        })\`
        const collect = async () => {
          for (let i = 0; i < 3; i++) {
            await new Promise((resolve) => setTimeout(resolve, 10))
            gc()
          }
        }
        const evaluate = vm.runInThisContext(text, { filename: process.cwd() + '/rows.mjs' })
        await evaluate(persist, memoryStore(), collect).catch(({ code, message }) => console.log(code, message))`
      expect(run({ 'main.mjs': main, 'rows.mjs': '' }, { NODE_OPTIONS: '--expose-gc', NODE_ENV })).toEqual([
        'users1',
        ERROR,
      ])
    },
  )

  test('one that a loop makes may not, also in a module with a query', () => {
    const loop = `${COLLECT}
      try {
        for (const k of [2, 3]) {
          { console.log(persist((x) => x * k, { funcname: 'f', cache })(1)) }
          await collect()
        }
      } catch (error) { console.log(error.code, error.message) }`
    expect(collecting({ 'loop.mjs': loop, 'main.mjs': "import './loop.mjs?v=2'" })).toEqual(['2', ERROR])
  })

  test('one that a loop makes may not', () => {
    const main = `${COLLECT}
      try {
        for (const k of [2, 3]) {
          { console.log(persist((x) => x * k, { funcname: 'f', cache })(1)) }
          await collect()
        }
      } catch (error) { console.log(error.code, error.message) }`
    expect(collecting({ 'main.mjs': main })).toEqual(['2', ERROR])
  })
})
