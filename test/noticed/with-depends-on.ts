import { type Line, linked, removed, written } from './change.ts'

const CODE = '{ funcname, dependsOn: [code(import.meta)] }'
const LEAF = 'export default 1'
const LEAF_CHANGED = written({ 'leaf.mjs': 'export default 2' })

/** The lines of the section about `dependsOn`. */
export const WITH_DEPENDS_ON: readonly Line[] = [
  {
    change: 'the function itself',
    files: { 'main.mjs': `export const f = persist(() => 1, ${CODE})` },
    edit: written({ 'main.mjs': `export const f = persist(() => 2, ${CODE})` }),
  },
  {
    change: 'a constant of its module',
    files: { 'main.mjs': `const k = 1\nexport const f = persist(() => k, ${CODE})` },
    edit: written({ 'main.mjs': `const k = 2\nexport const f = persist(() => k, ${CODE})` }),
  },
  {
    change: 'a function in another file, any number of files away',
    files: {
      'main.mjs': `import one from './one.mjs'\nexport const f = persist(() => one, ${CODE})`,
      'one.mjs': "export { default } from './two.mjs'",
      'two.mjs': "export { default } from './leaf.mjs'",
      'leaf.mjs': LEAF,
    },
    edit: LEAF_CHANGED,
  },
  {
    change: 'an imported JSON file',
    files: {
      'main.mjs': `import k from './k.json' with { type: 'json' }\nexport const f = persist(() => k, ${CODE})`,
      'k.json': '1',
    },
    edit: written({ 'k.json': '2' }),
  },
  {
    change: 'a module of CommonJS that is required',
    files: {
      'main.mjs': `import { createRequire } from 'node:module'
        const require = createRequire(import.meta.url)
        const k = require('./k.cjs')
        export const f = persist(() => k, ${CODE})`,
      'k.cjs': 'module.exports = 1',
    },
    edit: written({ 'k.cjs': 'module.exports = 2' }),
  },
  {
    change: "a module that is imported when it is needed, by a fixed name: `import('./leaf.js')`",
    files: {
      'main.mjs': `export const f = persist(async () => (await import('./leaf.mjs')).default, ${CODE})`,
      'leaf.mjs': LEAF,
    },
    edit: LEAF_CHANGED,
  },
  {
    change: "the module of a worker: `new Worker(new URL('./worker.js', import.meta.url))`",
    files: {
      'main.mjs': `import { once } from 'node:events'
        import { Worker } from 'node:worker_threads'
        const ask = async () => (await once(new Worker(new URL('./worker.mjs', import.meta.url)), 'message'))[0]
        export const f = persist(ask, ${CODE})`,
      'worker.mjs': "import { parentPort } from 'node:worker_threads'\nparentPort.postMessage(1)",
    },
    edit: written({ 'worker.mjs': "import { parentPort } from 'node:worker_threads'\nparentPort.postMessage(2)" }),
  },
  {
    change: "a file that the code names: `new URL('./table.csv', import.meta.url)`",
    files: {
      'main.mjs': `import { readFileSync } from 'node:fs'
        const read = () => readFileSync(new URL('./table.csv', import.meta.url), 'utf8')
        export const f = persist(read, ${CODE})`,
      'table.csv': '1',
    },
    edit: written({ 'table.csv': '2' }),
  },
  {
    change: 'which file an import leads to',
    files: {
      'package.json': '{ "name": "program", "imports": { "#k": "./one.mjs" } }',
      'main.mjs': `import k from '#k'\nexport const f = persist(() => k, ${CODE})`,
      'one.mjs': 'export default 1',
      'two.mjs': 'export default 2',
    },
    edit: written({ 'package.json': '{ "name": "program", "imports": { "#k": "./two.mjs" } }' }),
  },
  {
    change: 'a new file that comes before another one',
    files: {
      'main.mjs': `import { createRequire } from 'node:module'
        const require = createRequire(import.meta.url)
        const k = require('./k')
        export const f = persist(() => k, ${CODE})`,
      'k.json': '1',
    },
    edit: written({ 'k.js': 'module.exports = 2' }),
  },
  {
    change: 'the source of a package that is linked, as in a workspace',
    files: {
      'main.mjs': `import k from 'linked'\nexport const f = persist(() => k, ${CODE})`,
      'package/package.json': '{ "name": "linked", "exports": "./leaf.mjs" }',
      'package/leaf.mjs': LEAF,
    },
    links: { 'node_modules/linked': 'package' },
    edit: written({ 'package/leaf.mjs': 'export default 2' }),
  },
  {
    change: 'the version of an installed package',
    files: {
      'main.mjs': `import k from 'installed'\nexport const f = persist(() => k, ${CODE})`,
      ...installed('installed', '1.0.0', 'export default 1'),
    },
    edit: written(installed('installed', '1.0.1', 'export default 2')),
  },
  {
    change: 'the version of a package that such a package needs',
    files: {
      'main.mjs': `import k from 'installed'\nexport const f = persist(() => k, ${CODE})`,
      ...installed('installed', '1.0.0', "export { default } from 'inner'", { inner: '*' }),
      ...installed('inner', '1.0.0', 'export default 1'),
    },
    edit: written(installed('inner', '1.0.1', 'export default 2')),
  },
  {
    change: 'a file of an installed package, which keeps its version',
    files: {
      'main.mjs': `import k from 'installed'
        export const f = persist(() => k, { funcname, dependsOn: [code(import.meta, { packages: 'content' })] })`,
      ...installed('installed', '1.0.0', 'export default 1'),
    },
    edit: written(installed('installed', '1.0.0', 'export default 2')),
  },
  {
    change: 'a file that no import names',
    files: {
      'main.mjs': `import { readFileSync } from 'node:fs'
        import { join } from 'node:path'
        const read = () => readFileSync(join(import.meta.dirname, 'table.csv'), 'utf8')
        export const f = persist(read, { funcname, dependsOn: [code(import.meta, { also: 'table.csv' })] })`,
      'table.csv': '1',
    },
    edit: written({ 'table.csv': '2' }),
  },
  {
    change: 'a file that comes into a folder, or leaves it',
    files: {
      'main.mjs': `import { readdirSync } from 'node:fs'
        const list = () => readdirSync(new URL('./plugins', import.meta.url))
        export const f = persist(list, { funcname, dependsOn: [code(import.meta, { also: 'plugins' })] })`,
      'plugins/a.mjs': '',
      'plugins/b.mjs': '',
    },
    edit: removed('plugins/b.mjs'),
  },
  {
    change: 'where a link leads',
    files: {
      'main.mjs': `import k from './current/leaf.mjs'\nexport const f = persist(() => k, ${CODE})`,
      'one/leaf.mjs': 'export default 1',
      'two/leaf.mjs': 'export default 2',
    },
    links: { current: 'one' },
    edit: linked('current', 'two'),
  },
  {
    change: 'the versions of packages, without `code`',
    files: {
      'main.mjs': `import k from 'installed'
        export const f = persist(() => k, { funcname, dependsOn: [packages('installed')] })`,
      ...installed('installed', '1.0.0', 'export default 1'),
    },
    edit: written(installed('installed', '1.0.1', 'export default 2')),
  },
  {
    change: 'an environment variable',
    files: { 'main.mjs': "export const f = persist(() => process.env.K, { funcname, dependsOn: [env('K')] })" },
    edit: { env: { K: '2' } },
  },
  {
    change: 'a captured value',
    files: {
      'main.mjs': `const make = (k) => persist(() => k, { funcname, dependsOn: [value({ k })] })
        export const f = make(process.env.K)`,
    },
    edit: { env: { K: '2' } },
  },
  {
    change: 'the time zone, the locale, the version of Node.js, Bun or Deno',
    files: {
      'main.mjs': `const hour = () => new Date(0).getHours()
        export const f = persist(hour, { funcname, dependsOn: [runtime('timezone')] })`,
    },
    edit: { env: { TZ: 'Asia/Tokyo' } },
  },
  {
    change: 'the source or the version of a persisted function that is listed',
    files: {
      'main.mjs': `const inner = persist(() => 1, { funcname: funcname + ' inner', version: '1' })
        export const f = persist(() => inner(), { funcname, dependsOn: [inner] })`,
    },
    edit: written({
      'main.mjs': `const inner = persist(() => 2, { funcname: funcname + ' inner', version: '2' })
        export const f = persist(() => inner(), { funcname, dependsOn: [inner] })`,
    }),
  },
  {
    change: 'whatever else has a digest, such as the version of a table',
    files: {
      'main.mjs': `const table = { name: 'table', read: () => ({ digest: process.env.K, parts: [] }) }
        export const f = persist(() => process.env.K, { funcname, dependsOn: [table] })`,
    },
    edit: { env: { K: '2' } },
  },
]

function installed(name: string, version: string, source: string, dependencies: object = {}) {
  const manifest = { name, version, exports: './index.mjs', dependencies }
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify(manifest),
    [`node_modules/${name}/index.mjs`]: source,
  }
}
