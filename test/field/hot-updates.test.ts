import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import webpack, { type Configuration } from 'webpack'
import { runWebpack } from './bundlers.ts'
import { environment, type Folder, folderWith } from './folder.ts'

// The recipe of Nest for hot reload: webpack writes what an edit changed to `dist/main.<digest>.hot-update.js`, and the program
// that runs loads this file.

const MAIN = `
  import { load } from './users.js'
  const answer = async () => process.send(await load(1))
  module.hot.accept('./users.js', answer)
  process.on('message', () => module.hot.check(true).catch(({ code = 'no code', message }) => process.send(code + ': ' + message)))
  answer()`

const USERS = (text: string, more = '') => `
  import { memoryStore, persist } from '@persist/core'
  ${more}
  export const load = persist(async function load(id) { return '${text} ' + id }, { cache: (globalThis.store ??= memoryStore()) })`

/** Bundles the program, runs it, and gives it one update for each edit. Returns its answers. */
async function answersOf(
  folder: Folder,
  settings: Configuration,
  edits: readonly Readonly<Record<string, string>>[],
  env = {},
) {
  const build = () =>
    runWebpack({
      context: folder.path,
      entry: './main.js',
      mode: 'none',
      devtool: false,
      target: 'node20',
      externalsType: 'node-commonjs',
      externals: /^@persist\//,
      plugins: [new webpack.HotModuleReplacementPlugin()],
      output: { path: join(folder.path, 'dist'), filename: 'main.cjs' },
      // By these a build knows the ids of the build before, as it does in a watch.
      recordsPath: join(folder.path, 'dist/records.json'),
      ...settings,
    })
  await build()
  const main = String(settings.output?.filename ?? 'main.cjs')
  const program = fork(join(folder.path, 'dist', main), { env: { ...environment(), PERSIST_VERBOSITY: '0', ...env } })
  try {
    const next = async () => {
      const [answer] = await Promise.race([once(program, 'message'), once(program, 'exit')])
      return String(answer)
    }
    const answers = [await next()]
    for (const edit of edits) {
      folder.write(edit)
      await build()
      const answer = next()
      program.send('update')
      answers.push(await answer)
    }
    return answers
  } finally {
    program.kill()
  }
}

const app = () => folderWith({ 'package.json': '{ "name": "app" }', 'main.js': MAIN, 'users.js': USERS('first') })

test.each<[string, Configuration]>([
  ['in development', { mode: 'development' }],
  ['in development, with source maps', { mode: 'development', devtool: 'inline-source-map' }],
  ['with named modules', { optimization: { moduleIds: 'named' } }],
])('a hot update of webpack in Node gives a function its name again, %s', async (_, settings) => {
  const edits = [{ 'users.js': USERS('second') }, { 'users.js': USERS('third') }]
  expect(await answersOf(app(), settings, edits)).toEqual(['first 1', 'second 1', 'third 1'])
})

test.each([
  ['', ''],
  [' that wait', 'await null'],
])(
  'an update of an import, in a bundle that is an ES module, gives the functions of its importers%s their names again',
  async (_, wait) => {
    const folder = app()
    const users = (text: string) => ({
      'users.js': USERS(text, `import { table } from './table.js'\n${wait}`).replace("return '", "return table + '"),
    })
    const table = (text: string) => ({ 'table.js': `export const table = '${text} '` })
    folder.write({ ...users('first'), ...table('a') })
    const settings: Configuration = {
      mode: 'development',
      externalsType: 'module',
      experiments: { outputModule: true },
      output: { path: join(folder.path, 'dist'), filename: 'main.mjs', module: true, chunkFormat: 'module' },
    }
    // Only the place in a stack shows that a module was replaced, and there is none after an `await`.
    const edits = wait === '' ? [table('b'), users('second'), table('c')] : [table('b'), table('c')]
    const expected = wait === '' ? ['a first 1', 'a first 1', 'b second 1', 'b second 1'] : Array(3).fill('a first 1')
    expect(await answersOf(folder, settings, edits, { NODE_ENV: 'development' })).toEqual(expected)
  },
)

test('a hot update that adds another function of the name is an error', async () => {
  const posts = { 'posts.js': USERS('first'), 'users.js': USERS('second', "import './posts.js'") }
  const [, error] = await answersOf(app(), { mode: 'development' }, [posts])
  expect(error).toContain('ERR_PERSIST_DUPLICATE_NAMESPACE')
})

test('the error of a hot update that numbers its modules says that webpack can name them', async () => {
  const [, error] = await answersOf(app(), {}, [{ 'users.js': USERS('second') }])
  expect(error).toContain("optimization: { moduleIds: 'named' }")
})
