import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { byWebpackAsCommonJs } from './bundlers.ts'
import { folderWith } from './folder.ts'

// webpack puts `(() => { … })()` around the modules of a bundle if another one is CommonJS. The frame of the bundle's own body is
// then at its end, after all functions.

const CACHE = 'const cache = (globalThis.store ??= memoryStore())'
const CORE = "import { memoryStore, persist } from '@persist/core'"

const MODULES = {
  'old.cjs': 'exports.size = (a) => { try { return a.length } catch { return module.id } }',
  'cached.mjs': `
    ${CORE}
    ${CACHE}
    export function cached(funcname, fn) {
      if (process.env.NO_CACHE) return fn
      return persist(fn, { cache, funcname })
    }`,
  'main.cjs': "for (const name of ['a', 'b']) require('./' + name + '.out.cjs')\nconsole.log('one')",
}

/** What a page exports keeps its functions in the bundle. */
const PAGE = (name: string, module = 'rows') => `
  import { size } from './old.cjs'
  import * as rows from './${module}.mjs'
  export const page = [rows.load, rows.more, size('${name}')]`

const DIRECT = (table: string) => `
  ${CORE}
  ${CACHE}
  const table = '${table}'
  export const load = persist(async (id) => table + id, { cache, funcname: 'load' })
  export const more = persist(async (id) => table + id + 1, { cache, funcname: 'more' })`

const BY_WRAPPER = (table: string) => `
  import { cached } from './cached.mjs'
  const table = '${table}'
  export const load = cached('load', async (id) => table + id)
  export const more = cached('more', async (id) => table + id + 1)`

describe.each([false, 'source-map'] as const)('webpack with devtool %s', (devtool) => {
  const bundle = byWebpackAsCommonJs({ devtool })

  async function load(first: string, second: string) {
    const folder = folderWith(MODULES)
    for (const [name, text] of Object.entries({ a: first, b: second })) {
      folder.write({ 'rows.mjs': text, [`${name}.mjs`]: PAGE(name) })
      await bundle(folder.path, `${name}.mjs`, `${name}.out.cjs`)
    }
    return folder.node('main.cjs')
  }

  test.each([
    ['persisted', DIRECT],
    ['given to a wrapper', BY_WRAPPER],
  ])('functions that a module has %s are one in two bundles, and those of another module are not', async (_, rows) => {
    expect(await load(rows('users'), rows('users'))).toBe('one\n')
    await expect(load(rows('users'), rows('posts'))).rejects.toThrow(/DUPLICATE_NAMESPACE/)
  })
})

test('one entry in two bundles with another module under one name has two functions, as source maps have it', async () => {
  const folder = folderWith({
    ...MODULES,
    'users.mjs': DIRECT('users'),
    'posts.mjs': `\n${DIRECT('posts')}`,
    'page.mjs': PAGE('page', 'table'),
  })
  for (const [name, table] of Object.entries({ a: 'users', b: 'posts' }))
    await byWebpackAsCommonJs({
      devtool: 'source-map',
      resolve: { alias: { [join(folder.path, 'table.mjs')]: join(folder.path, `${table}.mjs`) } },
    })(folder.path, 'page.mjs', `${name}.out.cjs`)
  expect(() => folder.node('main.cjs')).toThrow(/DUPLICATE_NAMESPACE/)
})
