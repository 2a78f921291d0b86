import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { environment, type Folder, folderBelow } from './folder.ts'
import { installedWith } from './install.ts'

// Test runners and dev servers evaluate a module again in one process.

let installed: string
beforeAll(() => {
  installed = installedWith({ jest: '^30.5.2', jiti: '^2.7.0', vite: '^7.3.8', vitest: '^4.1.12' })
})

const LOAD = `
import { memoryStore, persist } from '@persist/core'
const cache = (globalThis.store ??= memoryStore())
const named = (fn, funcname) => persist(fn, { cache, funcname })
let runs = 0
export const load = persist(async function load(id) { return id + ' ' + ++runs }, { cache })
export const through = named(async (id) => id, 'through')
export const table = 'users'
export default named((id) => table + id, 'find')
`

function run(folder: Folder, program: string, args: readonly string[], env: Record<string, string> = {}): string {
  const options = { cwd: folder.path, env: { ...environment(), ...env }, stdio: 'pipe', encoding: 'utf8' } as const
  try {
    return execFileSync(process.execPath, [join(installed, 'node_modules', program), ...args], options)
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} failed:\n${stdout}${stderr}`)
  }
}

describe('Vitest', () => {
  const files = {
    'load.mjs': LOAD,
    'also.mjs': `export { load } from './load.mjs'`,
    'reset.test.mjs': `
      import { expect, test, vi } from 'vitest'
      test.each([1, 2, 3])('after resetModules %i', async () => {
        vi.resetModules()
        const { load, default: find } = await import('./load.mjs')
        expect(await load(1)).toBe('1 1')
        expect(find(1)).toBe('users1')
      })
      test('two functions are an error', async () => {
        await expect(import('./other.mjs')).rejects.toMatchObject({ code: 'ERR_PERSIST_DUPLICATE_NAMESPACE' })
        await expect(import('./copied.mjs')).rejects.toMatchObject({ code: 'ERR_PERSIST_DUPLICATE_NAMESPACE' })
      })`,
    'other.mjs': `${LOAD.replace("' '", "'-'")}`,
    // The source of find and load is the same; the imported table is not.
    'copied.mjs': `
      import { memoryStore, persist } from '@persist/core'
      const table = 'posts'
      export default persist((id) => table + id, { cache: globalThis.store, funcname: 'find' })`,
    'second.test.mjs': `
      import { expect, test } from 'vitest'
      import { load } from './also.mjs'
      test('another test file', async () => expect(await load(1)).toBe('1 1'))`,
  }

  test.each([
    ['in forks', "pool: 'forks'"],
    ['in threads', "pool: 'threads'"],
    ['in vmThreads', "pool: 'vmThreads'"],
    ['in one process for all files', 'isolate: false, maxWorkers: 1, fileParallelism: false'],
    ['and core, too', 'server: { deps: { inline: [/@persist/] } }'],
  ])('loads modules again %s', (_, options) => {
    const folder = folderBelow(installed, {
      ...files,
      'vitest.config.mjs': `export default { root: import.meta.dirname, test: { ${options} } }`,
    })
    expect(run(folder, 'vitest/vitest.mjs', ['run'])).toMatch(/5 passed/)
  })
})

test('Jest loads modules again', () => {
  const folder = folderBelow(installed, {
    'package.json': '{ "type": "module", "jest": { "testMatch": ["**/*.test.mjs"] } }',
    'load.mjs': LOAD,
    'reset.test.mjs': `
      import { expect, jest, test } from '@jest/globals'
      test.each([1, 2, 3])('after resetModules %i', async () => {
        jest.resetModules()
        const { load, default: find } = await import('./load.mjs')
        expect(await load(1)).toBe('1 1')
        expect(find(1)).toBe('users1')
      })`,
  })
  run(folder, 'jest/bin/jest.js', ['--rootDir=.'], { NODE_OPTIONS: '--experimental-vm-modules' })
})

test('Vite’s dev server loads an edited module again, and one whose import was edited', () => {
  const folder = folderBelow(installed, {
    'load.mjs': LOAD,
    'entry.mjs': `
      import { load as original } from './load.mjs'
      import { memoryStore, persist } from '@persist/core'
      export { default } from './load.mjs'
      export const outer = persist(async (id) => original(id), { cache: globalThis.store, funcname: 'outer' })`,
    'main.mjs': `
      import { readFileSync, writeFileSync } from 'node:fs'
      import { createServer } from 'vite'
      const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'error',
        appType: 'custom', server: { middlewareMode: true, ws: false, hmr: false, watch: null } })
      const text = readFileSync('load.mjs', 'utf8')
      const edits = [text, text.replace("' '", "'-'"), '\\n// a comment\\n' + text, text.replace("'users'", "'people'")]
      for (const edited of edits) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        writeFileSync('load.mjs', edited)
        server.moduleGraph.invalidateAll()
        const { default: find, outer } = await server.ssrLoadModule('/entry.mjs')
        console.log(await outer(edits.indexOf(edited)), find(edits.indexOf(edited)))
      }
      await server.close()`,
  })
  expect(folder.node('main.mjs')).toBe('0 1 users0\n1-1 users1\n2 1 users2\n3 1 people3\n')
})

test.each(['there', 'gone'])(
  'Vite’s dev server loads a module again after edits of the wrapper that it calls, where the earlier function is %s',
  (state) => {
    const wrapper = (fn: string) => `
      import { memoryStore, persist } from '@persist/core'
      const cache = (globalThis.store ??= memoryStore())
      export const cached = (funcname, fn) => persist(${fn}, { cache, funcname })`
    const folder = folderBelow(installed, {
      'cached.js': wrapper('fn'),
      'load.js': "import { cached } from './cached.js'\nexport const load = cached('load', async (id) => 'load ' + id)",
      'late.js': `
        import { cached } from './cached.js'
        const ids = await new Promise((resolve) => setTimeout(resolve, 5, [1]))
        export const late = cached('late', async (id) => 'late ' + ids + id)`,
      'two.js': `
        import { cached } from './cached.js'
        export const all = []
        for (const id of [1, 2]) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          all.push(cached('two', async () => id))
        }`,
      'main.mjs': `
        import { writeFileSync } from 'node:fs'
        import { createServer } from 'vite'
        const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'silent',
          appType: 'custom', server: { middlewareMode: true, ws: false, hmr: false, watch: null } })
        const edits = ${JSON.stringify([wrapper('fn'), `\n\n${wrapper('fn')}`, wrapper('async (...all) => fn(...all)'), wrapper('async (id) => fn(id)')])}
        for (const edited of edits) {
          await new Promise((resolve) => setTimeout(resolve, 20))
          if (${state === 'gone'}) globalThis.gc()
          writeFileSync('cached.js', edited)
          server.moduleGraph.invalidateAll()
          const id = edits.indexOf(edited)
          const { load } = await server.ssrLoadModule('/load.js')
          const { late } = await server.ssrLoadModule('/late.js')
          console.log(await load(id), await late(id), await server.ssrLoadModule('/two.js').catch(({ code }) => code))
        }
        await server.close()`,
    })
    expect(folder.node('main.mjs', { env: { NODE_OPTIONS: '--expose-gc', NODE_ENV: 'development' } })).toBe(
      [0, 1, 2, 3].map((id) => `load ${id} late 1${id} ERR_PERSIST_DUPLICATE_NAMESPACE\n`).join(''),
    )
  },
)

test('Vite’s dev server loads a module again whose names it replaces or imports', () => {
  const folder = folderBelow(installed, {
    'load.js': `
      import { memoryStore, persist } from '@persist/core'
      const cache = (globalThis.store ??= memoryStore())
      const load = async (id) => prefix(TABLE) + id
      export default persist(async (id) => load(id), { cache, funcname: 'find' })`,
    'main.mjs': `
      import { createServer } from 'vite'
      const imports = { name: 'imports', transform: (code, id) =>
        id.endsWith('load.js') ? "import { prefix } from './prefix.js';" + code : undefined }
      const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'error',
        define: { TABLE: '"users"' }, plugins: [imports], appType: 'custom',
        server: { middlewareMode: true, ws: false, hmr: false, watch: null } })
      for (const id of [1, 2]) {
        server.moduleGraph.invalidateAll()
        const { default: find } = await server.ssrLoadModule('/load.js')
        console.log(await find(id))
      }
      await server.close()`,
    'prefix.js': "export const prefix = (table) => table + ' '",
  })
  expect(folder.node('main.mjs')).toBe('users 1\nusers 2\n')
})

test.each(['production', 'development'])(
  'in Vite, modules that a plugin makes have functions of their own, which they keep when they are loaded again, in %s',
  (NODE_ENV) => {
    const folder = folderBelow(installed, {
      'main.mjs': `
        import { createServer } from 'vite'
        const code = (id) => \`
          import { memoryStore, persist } from '@persist/core'
          const table = '\${/users|posts/.exec(id)[0]}'
          const cache = (globalThis.store ??= memoryStore())
          export const load = persist(async (id) => table + id, { cache, funcname: '\${/^[^/?]+/.exec(id.split(':')[1])[0]}' })\`
        const rows = { name: 'rows', resolveId: (id) => (id.startsWith('virtual:') ? id : undefined),
          load: (id) => (id.startsWith('virtual:') ? code(id) : undefined) }
        const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'silent',
          plugins: [rows], appType: 'custom', server: { middlewareMode: true, ws: false, hmr: false, watch: null } })
        for (const id of ['names/users', 'names/posts', 'names/users', 'queries?users', 'queries?posts', 'queries?users']) {
          server.moduleGraph.invalidateAll()
          const outcome = server.ssrLoadModule('virtual:' + id).then(({ load }) => load(1))
          console.log(await outcome.catch(({ code }) => code))
        }
        await server.close()`,
    })
    const lines = folder.node('main.mjs', { env: { NODE_ENV } }).trim().split('\n')
    const [again, error] = ['users1', 'ERR_PERSIST_DUPLICATE_NAMESPACE']
    expect(lines.slice(0, 2)).toEqual([again, error])
    expect(lines.slice(3, 5)).toEqual([again, error])
    if (NODE_ENV === 'development') expect([lines[2], lines[5]]).toEqual([again, again])
  },
)

/** Modules whose loop makes functions. Each round awaits the result of the function, so that no stack shows the loop. */
const LOOPS = {
  helper: `for (const table of ['users', 'posts']) results.push(await cached(table)(1))`,
  direct: `for (const table of ['users', 'posts']) {
    const find = persist(async (id: number) => table + id, { funcname: NAME, cache })
    results.push(await find(1))
  }`,
  while: `const tables = ['users', 'posts']
  while (tables.length > 0) {
    const table: string = tables.shift()!
    results.push(await cached(table)(1))
  }`,
  do: `const tables = ['users', 'posts']
  do results.push(await cached(tables.shift()!)(1))
  while (tables.length > 0)`,
  block: `try {
    if (results.length === 0) for (const table of ['users', 'posts']) results.push(await cached(table)(1))
  } finally {
    results.at(0)
  }`,
  generator: `async function* tables(): AsyncGenerator<string> { yield 'users'; yield 'posts' }
  for await (const table of tables()) results.push(await cached(table)(1))`,
  timer: `for (const table of ['users', 'posts']) {
    await new Promise((resolve) => { setTimeout(resolve, 1); setTimeout(() => {}, 1) })
    results.push(await cached(table)(1))
  }`,
  variable: `const keep = cached
  for (const table of ['users', 'posts']) results.push(await keep(table)(1))`,
  imported: `for (const table of ['users', 'posts']) results.push(await other(table, NAME)(1))`,
  curried: `const keep = persist({ funcname: NAME, cache })
  const make = (table: string) => async (id: number) => table + id
  for (const table of ['users', 'posts']) results.push(await keep(make(table))(1))`,
  class: `for (const table of ['users', 'posts']) {
    class Rows { static find = persist(async (id: number) => table + id, { funcname: NAME, cache }) }
    results.push(await Rows.find(1))
  }`,
  // The only `await` comes after a type with an arrow, or after a function with one.
  type: `for (const table of ['users', 'posts']) {
    const read: (id: number) => string = await open(table)
    results.push(persist(async (id: number) => read(id), { funcname: NAME, cache })(1) as never)
  }`,
  types: `for (const table of ['users', 'posts']) {
    const all = new Map<string, (id: number) => string>([['', await open(table)]])
    results.push(persist(async (id: number) => all.get('')!(id), { funcname: NAME, cache })(1) as never)
  }`,
  conditional: `for (const table of ['users', 'posts']) {
    const read = table === '' ? async () => '' : await open(table)
    results.push(persist(async (id: number) => read(id), { funcname: NAME, cache })(1) as never)
  }`,
  method: `for (const table of ['users', 'posts']) {
    const rows = { async all(): Promise<{ id: number }> { return { id: 1 } } }, read = await open(table)
    results.push(persist(async (id: number) => read(id), { funcname: NAME, cache })(1) as never, rows as never)
  }`,
  braces: `for (const table of ['users', 'posts']) {
    let read = String
    results.at(0)
    {
      read = (await open(table)) as never
    }
    results.push(persist(async (id: number) => read(id), { funcname: NAME, cache })(1) as never)
  }`,
  // The statement before the loop ends without a semicolon.
  void: `type Step = () => void
  for (const table of ['users', 'posts']) results.push(await cached(table)(1))`,
  generic: `let rows: Map<string, number>
  for (const table of ['users', 'posts']) results.push(await cached(table)(1))`,
  nonNull: `const first = results.at(0)!
  for (const table of ['users', 'posts']) results.push(await cached(table)(1))`,
  default: `const first = (await import('../other.ts') as any).default
  for (const table of ['users', 'posts']) results.push(await cached(table)(1))`,
  maker: `function keeper(funcname: string) {
    return function keep(find: any) { return persist(find, { funcname, cache }) }
  }
  const kept = keeper(NAME)
  for (const table of ['users', 'posts']) results.push(await kept(async (id: number) => table + id)(1) as string)`,
  assigned: `let keep = (find: any, options: any) => find
  keep = persist
  for (const table of ['users', 'posts']) results.push(await keep(async (id: number) => table + id, { funcname: NAME, cache })(1))`,
  typed: `type Wrapper<First, Second> = any
  const keep: Wrapper<string, () => void> = persist
  for (const table of ['users', 'posts']) results.push(await keep(async (id: number) => table + id, { funcname: NAME, cache })(1))`,
}

/** A module of which the names of core are types only. */
const OWN_PERSIST = `
  import type { Options } from '@persist/core'
  import { closeStores } from '@persist/core'
  import { cache, persist } from '../other.ts'
  export const results: string[] = []
  for (const table of ['users', 'posts'])
    results.push(await persist(async (id: number) => table + id, { funcname: 'own', cache })(1))`

const LOADED_PERSIST = `
  import type { Options } from '@persist/core'
  import { cache } from '../other.ts'
  const { persist } = await import('@persist/core')
  export const results: string[] = []
  for (const table of ['users', 'posts'])
    results.push(await persist(async (id: number) => table + id, { funcname: 'loaded', cache })(1))`

/** Modules that make one function, and have loops that make none. */
const OTHER_LOOPS = Object.fromEntries(
  Object.entries({
    direct: `export const find = persist(async (id: number): Promise<string> => 'users' + id, { funcname: NAME, cache })`,
    helper: `export const find = cached('users')`,
    imported: `export const find = other('users', NAME)`,
    class: `class Rows { static find = persist(async (id: number) => 'users' + id, { funcname: NAME, cache }) }
    export const find = (id: number) => Rows.find(id)`,
    declared: `async function load(id: number) { return 'users' + id }
    export const find = persist(load, { funcname: NAME, cache })`,
    typed: `export const find = persist<(id: number) => Promise<string>>(async (id) => 'users' + id, { funcname: NAME, cache })`,
    member: `import * as core from '@persist/core'
    const rows = { load: async (id: number) => 'users' + id }
    export const find = core.persist(rows.load, { funcname: NAME, cache })`,
    own: `function keep(load: any, options: any) { return persist(load, options) }
    async function load(id: number) { return 'users' + id }
    export const find = keep(load, { funcname: NAME, cache }) as (id: number) => Promise<string>`,
  }).map(([name, code]) => [
    name,
    `const steps = [{ run: async () => {} }]
    for (const step of steps) await step.run()
    ${code}
    for (const step of steps) await step.run()
    for (const id of [1, 2]) await find(id)
    for (const id of [1, 2]) steps.push({ run: async (): Promise<void> => void (await find(id)) })
    export async function all(ids: number[]): Promise<string[]> {
      const found: string[] = []
      for (const id of ids) found.push(await find(id))
      return found
    }`,
  ]),
)

const loopFiles = () => {
  const before = (name: string) => `
    import { memoryStore, persist } from '@persist/core'
    import { cached as other } from '../other.ts'
    const NAME = '${name}'
    const cache = ((globalThis as any).store ??= memoryStore())
    const cached = (table: string) => persist(async (id: number): Promise<string> => table + id, { funcname: NAME, cache })
    export const results: string[] = []
    const open = async (table: string) => (id: number) => table + id
    `
  const named = (folder: string, codes: Record<string, string>) =>
    Object.entries(codes).map(([name, code]) => [`${folder}/${name}.ts`, before(`${folder}-${name}`) + code])
  return {
    ...Object.fromEntries([...named('loops', LOOPS), ...named('others', OTHER_LOOPS)]),
    'loops/own.ts': OWN_PERSIST,
    'loops/loaded.ts': LOADED_PERSIST,
    'loops/text.tsx': `${before('loops-text')}
      const Keys = () => <p>Use the \` key, it's {
        results.length
      }</p>
      ${LOOPS.helper}`,
    'other.ts': `
      import { createPersist, memoryStore } from '@persist/core'
      export const persist = createPersist({})
      export const cache = ((globalThis as any).store ??= memoryStore())
      export const cached = (table: string, funcname: string) => persist(async (id: number) => table + id, { funcname, cache })`,
    'outcomes.mjs': `
      import { readdirSync } from 'node:fs'
      export async function outcomes(load, reset) {
        const found = []
        for (const file of readdirSync('loops')) {
          const outcome = await load('loops/' + file).then(({ results }) => results.join(), ({ code }) => code)
          if (outcome !== 'ERR_PERSIST_DUPLICATE_NAMESPACE') found.push(file, outcome)
        }
        for (const file of readdirSync('others'))
          for (const id of [1, 2, 3]) {
            reset()
            globalThis.gc?.()
            const outcome = await load('others/' + file).then(({ find }) => find(id), ({ message }) => message)
            if (outcome !== 'users' + id) found.push(file, outcome)
          }
        return found.join(' ')
      }`,
  }
}

describe('a loop at the top of a module that goes on after an await makes two functions, and another evaluation does not', () => {
  test('in Vitest', () => {
    const folder = folderBelow(installed, {
      ...loopFiles(),
      'loops.test.mjs': `
        import { expect, test, vi } from 'vitest'
        import { outcomes } from './outcomes.mjs'
        test('all', { timeout: 60_000 }, async () => {
          expect(await outcomes((file) => import(/* @vite-ignore */ './' + file), () => vi.resetModules())).toBe('')
        })`,
      'vitest.config.mjs': 'export default { root: import.meta.dirname }',
    })
    expect(run(folder, 'vitest/vitest.mjs', ['run'])).toMatch(/1 passed/)
  })

  test.each([
    ['by ssrLoadModule', 'ssrLoadModule', ''],
    ['by createServerModuleRunner', 'createServerModuleRunner', ''],
    // As vite-node does after an edit.
    [
      'by ssrLoadModule, in a host with the source maps of other code',
      'ssrLoadModule',
      '(frame) => frame.getFileName() + ":1:1"',
    ],
  ])('in Vite, %s', (_, by, print) => {
    const folder = folderBelow(installed, {
      ...loopFiles(),
      'main.mjs': `
        import { setFlagsFromString } from 'node:v8'
        import { runInNewContext } from 'node:vm'
        import { createServer, createServerModuleRunner } from 'vite'
        import { outcomes } from './outcomes.mjs'
        setFlagsFromString('--expose-gc')
        globalThis.gc = runInNewContext('gc')
        if (${print !== ''}) Error.prepareStackTrace = (error, frames) => [error, ...frames.map(${print || 'String'})].join('\\n    at ')
        const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'silent', appType: 'custom',
          server: { middlewareMode: true, ws: false, hmr: false, watch: null } })
        // It prints stacks by its source maps, and so would do that for ssrLoadModule, too.
        const runner = '${by}' === 'ssrLoadModule' ? undefined : createServerModuleRunner(server.environments.ssr, { hmr: false })
        const load = (file) => runner?.import(file) ?? server.ssrLoadModule(file)
        const reset = () => { server.moduleGraph.invalidateAll(); runner?.clearCache() }
        console.log(await outcomes((file) => load('/' + file), reset))
        await server.close()`,
    })
    expect(folder.node('main.mjs', { env: { NODE_ENV: 'development' } })).toBe('\n')
  })
})

test.each(['production', 'development'])(
  'in Vite, functions that a function without a name makes need names of their own, in %s',
  (NODE_ENV) => {
    const folder = folderBelow(installed, {
      'routes.mjs': `
        import { memoryStore, persist } from '@persist/core'
        const cache = memoryStore()
        export const routes = []
        routes.push(async (table) => persist(async (id) => table + id, { cache, funcname: 'early' })(1))
        routes.push(async (table) => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          return persist(async (id) => table + id, { cache, funcname: 'late' })(1)
        })`,
      'main.mjs': `
        import { createServer } from 'vite'
        const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'silent', appType: 'custom',
          server: { middlewareMode: true, ws: false, hmr: false, watch: null } })
        for (const route of [0, 1])
          for (const table of ['users', 'posts']) {
            const { routes } = await server.ssrLoadModule('/routes.mjs')
            console.log(await routes[route](table).catch(({ code }) => code))
          }
        await server.close()`,
    })
    const error = 'ERR_PERSIST_DUPLICATE_NAMESPACE'
    expect(folder.node('main.mjs', { env: { NODE_ENV } })).toBe(`users1\n${error}\nusers1\n${error}\n`)
  },
)

test('Vite loads its configuration again with an edited plugin, whose results the next process finds', () => {
  const folder = folderBelow(installed, {
    'upper.mjs': `export const upper = (text) => text.toUpperCase()`,
    'plugin.mjs': `
      import { code } from '@persist/code'
      import { persist } from '@persist/core'
      import { upper } from './upper.mjs'
      const make = persist(async (id) => (console.log('run'), upper(id) + 1), { funcname: 'make', dependsOn: [code(import.meta)] })
      export default { name: 'plugin', resolveId: (id) => (id === 'made' ? id : undefined), load: (id) => (id === 'made' ? make(id) : undefined) }`,
    'vite.config.mjs': `
      import plugin from './plugin.mjs'
      export default { plugins: [plugin], logLevel: 'error', appType: 'custom',
        server: { middlewareMode: true, ws: false, hmr: false, watch: null } }`,
    'main.mjs': `
      import { readFileSync, writeFileSync } from 'node:fs'
      import { createServer } from 'vite'
      const server = await createServer({ root: process.cwd(), configFile: process.cwd() + '/vite.config.mjs' })
      const show = async () => console.log(await server.pluginContainer.load('made'))
      await show()
      for (const [file, from, to] of JSON.parse(process.argv[2])) {
        writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
        await server.restart()
        await show()
      }
      await server.close()`,
  })
  const edits = [
    ['plugin.mjs', '+ 1', '+ 2'],
    ['upper.mjs', 'toUpperCase()', "replace('m', 'n')"],
  ]
  expect(folder.node('main.mjs', { args: ['[]'] })).toBe('run\nMADE1\n')
  expect(folder.node('main.mjs', { args: ['[]'] })).toBe('MADE1\n')
  expect(folder.node('main.mjs', { args: [JSON.stringify(edits)] })).toBe('MADE1\nrun\nMADE2\nrun\nnade2\n')
})

test('a plugin that a function of Vite’s configuration makes has its code by import.meta.url', () => {
  const plugin = (place: string) => `
    import { code } from '@persist/code'
    import { persist } from '@persist/core'
    import { one } from './one.mjs'
    export default () => {
      const make = persist((x) => x + one, { funcname: 'make', dependsOn: [code(${place})] })
      return { name: 'plugin', api: make.dependencies().map(({ name }) => name) }
    }`
  const folder = folderBelow(installed, {
    'one.mjs': 'export const one = 1',
    'by-url.mjs': plugin('import.meta.url'),
    'by-meta.mjs': plugin('import.meta'),
    ...Object.fromEntries(
      ['by-url', 'by-meta'].map((name) => [
        `${name}.config.mjs`,
        `import plugin from './${name}.mjs'
        export default async () => {
          await new Promise((resolve) => setTimeout(resolve, 50))
          return { plugins: [plugin()] }
        }`,
      ]),
    ),
    'main.mjs': `
      import { resolveConfig } from 'vite'
      const load = (name) => resolveConfig({ configFile: process.cwd() + '/' + name, logLevel: 'silent' }, 'build')
      const { plugins } = await load('by-url.config.mjs')
      console.log(plugins.find(({ name }) => name === 'plugin').api.map((name) => name.split('/').at(-1)).join())
      await load('by-meta.config.mjs').catch(({ message }) => console.log(/give import.meta.url/.test(message)))`,
  })
  expect(folder.node('main.mjs')).toBe('make,by-url.mjs,one.mjs,imports\ntrue\n')
})

test('Vite’s configurations of two packages have functions of their own, and share those of a file that both import', () => {
  const config = (name: string) => `
    import { readFileSync } from 'node:fs'
    import { persist } from '@persist/core'
    import { upper } from '../upper.mjs'
    const path = new URL('./rows.txt', import.meta.url)
    const rows = (id) => id + readFileSync(path, 'utf8')
    const find = persist(rows, { funcname: ${name} })
    if (process.env.KEEP) globalThis.kept = find
    export default { define: { ROWS: upper(find(1)) } }`
  const folder = folderBelow(installed, {
    'upper.mjs': `
      import { persist } from '@persist/core'
      export const upper = persist((text) => text.toUpperCase(), { funcname: 'upper' })`,
    'users/vite.config.mjs': config(`'find'`),
    'users/rows.txt': 'users',
    'posts/vite.config.mjs': config(`process.env.NAME ?? 'find'`),
    'posts/rows.txt': 'posts',
    'main.mjs': `
      import { setFlagsFromString } from 'node:v8'
      import { runInNewContext } from 'node:vm'
      import { resolveConfig } from 'vite'
      setFlagsFromString('--expose-gc')
      const load = async (name) => {
        const file = { configFile: name + '/vite.config.mjs', logLevel: 'silent' }
        const { define, code } = await resolveConfig(file, 'build').catch((error) => error)
        if (code) return code
        // Nothing keeps \`find\`.
        await new Promise((resolve) => setTimeout(resolve, 1))
        runInNewContext('gc')()
        return define.ROWS
      }
      console.log(await load('users'), await load('users'))
      process.env.KEEP = 'yes'
      console.log(await load('users'))
      console.log(await load('posts'))
      process.env.NAME = 'posts'
      console.log(await load('posts'))`,
  })
  const output = '1USERS 1USERS\n1USERS\nERR_PERSIST_DUPLICATE_NAMESPACE\n1POSTS\n'
  for (const NODE_ENV of ['production', 'development'])
    expect(folder.node('main.mjs', { env: { NODE_ENV } })).toBe(output)
})

test('jiti loads an edited module again', () => {
  const folder = folderBelow(installed, {
    'load.ts': LOAD,
    'main.mjs': `
      import { readFileSync, writeFileSync } from 'node:fs'
      import { createJiti } from 'jiti'
      const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false })
      const text = readFileSync('load.ts', 'utf8')
      for (const edited of [text, text.replace("' '", "'-'"), '// a comment\\n' + text]) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        writeFileSync('load.ts', edited)
        const { default: find } = await jiti.import('./load.ts')
        console.log(find(1))
      }`,
  })
  expect(folder.node('main.mjs')).toBe('users1\nusers1\nusers1\n')
})

test('jiti replaces import.meta.url, for which code asks where it gets import.meta', () => {
  const module = (place: string) => `
    import { code } from '@persist/code'
    import { persist } from '@persist/core'
    import { one } from './one.ts'
    const f = persist((x: number) => x + one, { funcname: 'f', dependsOn: [code(${place})] })
    export default f.dependencies().map(({ name }) => name)`
  const folder = folderBelow(installed, {
    'one.ts': 'export const one: number = 1',
    'by-url.ts': module('import.meta.url'),
    'by-meta.ts': module('import.meta'),
    'main.mjs': `
      import { createJiti } from 'jiti'
      const jiti = createJiti(import.meta.url, { fsCache: false })
      const { default: names } = await jiti.import('./by-url.ts')
      console.log(names.filter((name) => name.endsWith('.ts')).map((name) => name.split('/').at(-1)).join())
      await jiti.import('./by-meta.ts').catch(({ message }) => console.log(/give import.meta.url/.test(message)))`,
  })
  expect(folder.node('main.mjs')).toBe('by-url.ts,one.ts\ntrue\n')
})
