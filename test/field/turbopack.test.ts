import { expect, test } from 'vitest'
import { type Folder, folderWith } from './folder.ts'

// The dev server of Turbopack, as Next has it: modules in chunks, and evaluated under the URL of their chunk after an edit.

const RUNTIME = `
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { writeFileSync } from 'node:fs'
import { memoryStore, persist } from '@persist/core'
Object.assign(globalThis, { cache: memoryStore(), persist, delay })
const require = createRequire(import.meta.url)
const FOLDER = './.next/dev/server/chunks/'
const context = { a: asyncModule }
function asyncModule(body) {
  let done, failed
  const result = new Promise((resolve, reject) => ([done, failed] = [resolve, reject]))
  body((all) => all, (error) => (error === undefined ? done() : failed(error)))
  return result
}
async function instantiateModule(body) {
  Object.defineProperty(body, 'name', { value: 'module evaluation' })
  await body(context)
  return 'evaluated'
}
const codeOf = ({ code }) => code
globalThis.evaluate = async (chunk, id) => {
  const list = require(FOLDER + chunk)
  return instantiateModule(list[list.indexOf(id) + 1]).catch(codeOf)
}
globalThis.edit = async (chunk, id, code, { file, text } = {}) => {
  await delay(5)
  if (file !== undefined) writeFileSync(file, text)
  await delay(5)
  const url = pathToFileURL(require.resolve(FOLDER + chunk)).href + '?id=' + encodeURIComponent(id).replaceAll('%2F', '/').replaceAll('%20', '+')
  const body = (0, eval)(code + '\\n\\n//# sourceURL=' + url)
  return (async () => body(context))().then(() => 'evaluated').catch(codeOf)
}
await import('./steps.mjs')
`

const idOf = (file: string, layer: string) => `[project]/lib/${file} [app-${layer}] (ecmascript)`
const sync = (code: string) => `((__turbopack_context__) => {\n"use strict";\n\n${code}\n})`
const waiting = (code: string) => `((__turbopack_context__) => {
"use strict";

return __turbopack_context__.a(async (__turbopack_handle_async_dependencies__, __turbopack_async_result__) => { try {
${code}
__turbopack_async_result__();
} catch(e) { __turbopack_async_result__(e); } }, false);})`
const chunk = (layer: string, modules: Readonly<Record<string, string>>) =>
  `module.exports = [\n${Object.entries(modules)
    .map(([file, code]) => `${JSON.stringify(idOf(file, layer))}, ${code},`)
    .join('\n')}\n]`

function app(files: Readonly<Record<string, string>>, steps: string): Folder {
  return folderWith({
    'package.json': '{ "name": "app" }',
    ...files,
    'main.mjs': RUNTIME,
    'steps.mjs': `const { evaluate, edit } = globalThis\n${steps}`,
  })
}

const run = (folder: Folder, NODE_ENV = 'development') =>
  folder.node('main.mjs', { env: { NODE_ENV } }).trim().split('\n')

const ERROR = 'ERR_PERSIST_DUPLICATE_NAMESPACE'
const CHUNKS = '.next/dev/server/chunks'
const find = (table: string, name = 'find', text = 'table + id') =>
  `const table = '${table}'\npersist(async (id) => ${text}, { cache, funcname: '${name}' })`

test('an edited module may not take the name of another module in its chunk', () => {
  const folder = app(
    {
      'lib/users.js': '',
      'lib/posts.js': '',
      [`${CHUNKS}/route.js`]: chunk('route', {
        'users.js': sync(find('users')),
        'posts.js': sync(find('posts', 'post')),
      }),
    },
    `
    const [users, posts] = ${JSON.stringify([idOf('users.js', 'route'), idOf('posts.js', 'route')])}
    console.log(await evaluate('route.js', users), await evaluate('route.js', posts))
    console.log(await edit('route.js', posts, ${JSON.stringify(sync(find('posts', 'post')))}))
    console.log(await edit('route.js', posts, ${JSON.stringify(sync(find('posts')))}, { file: 'lib/posts.js', text: '1' }))
    console.log(await edit('route.js', users, ${JSON.stringify(sync(find('people')))}, { file: 'lib/users.js', text: '1' }))`,
  )
  expect(run(folder)).toEqual(['evaluated evaluated', 'evaluated', ERROR, 'evaluated'])
})

test.each([
  ['', sync, ''],
  [' that waits', waiting, 'await null\n'],
] as const)('an edited module%s has its functions again in two chunks, in any order', (_, write, before) => {
  const code = (text: string) => write(`${before}${find('users', 'find', text)}`)
  const folder = app(
    {
      'lib/rows.js': '',
      [`${CHUNKS}/route.js`]: chunk('route', { 'rows.js': code('table + id') }),
      [`${CHUNKS}/ssr/page.js`]: chunk('rsc', { 'rows.js': code('table + id') }),
    },
    `
    const [route, page] = ${JSON.stringify([idOf('rows.js', 'route'), idOf('rows.js', 'rsc')])}
    console.log(await evaluate('route.js', route), await evaluate('ssr/page.js', page))
    const saved = (text) => ({ file: 'lib/rows.js', text })
    const [first, second] = ${JSON.stringify([code('table + -id'), code('-id + table')])}
    console.log(await edit('route.js', route, first, saved('1')), await edit('ssr/page.js', page, first))
    console.log(await edit('route.js', route, second, saved('2')), await edit('ssr/page.js', page, second))`,
  )
  expect(run(folder)).toEqual(Array(3).fill('evaluated evaluated'))
})

test.each(['production', 'development'])(
  'a module that waits has one function in two chunks, and a loop in it makes two, in %s',
  (NODE_ENV) => {
    const one = waiting(`await delay(1)\n${find('users')}`)
    const loop = waiting(`const all = []
      for (const id of [1, 2]) {
        await delay(1)
        all.push(persist(async () => id, { cache, funcname: 'loop' }))
      }`)
    const folder = app(
      {
        'lib/rows.js': '',
        'lib/loop.js': 'for (const id of [1, 2]) { await delay(1); persist() }',
        [`${CHUNKS}/route.js`]: chunk('route', { 'rows.js': one, 'loop.js': loop }),
        [`${CHUNKS}/ssr/page.js`]: chunk('rsc', { 'rows.js': one }),
      },
      `
      const [rows, page, loop] = ${JSON.stringify([idOf('rows.js', 'route'), idOf('rows.js', 'rsc'), idOf('loop.js', 'route')])}
      console.log(await evaluate('route.js', rows), await evaluate('ssr/page.js', page))
      console.log(await evaluate('route.js', loop))
      console.log(await edit('route.js', loop, ${JSON.stringify(loop)}))`,
    )
    const lines = run(folder, NODE_ENV)
    expect(lines.slice(0, 2)).toEqual(['evaluated evaluated', ERROR])
    expect(lines[2]).toBe(ERROR)
  },
)

test.each(['production', 'development'])(
  'a module that waits in a function of Rspack has one function in two chunks, and a loop in it makes two, in %s',
  (NODE_ENV) => {
    const written = (code: string) =>
      waiting(code).replace(/async (\(__turbopack_\w+, __turbopack_\w+\)) => \{ try/, 'async function $1 { try')
    const one = written(`await delay(1)\n${find('users')}`)
    const loop = written(`const all = [], of = () => 1
      for (const id of [1, 2]) {
        await delay(1)
        all.push(persist(async () => id, { cache, funcname: 'loop' }))
      }`)
    const folder = app(
      {
        [`${CHUNKS}/route.js`]: chunk('route', { 'rows.js': one, 'loop.js': loop }),
        [`${CHUNKS}/ssr/page.js`]: chunk('rsc', { 'rows.js': one }),
      },
      `
      const [rows, page, loop] = ${JSON.stringify([idOf('rows.js', 'route'), idOf('rows.js', 'rsc'), idOf('loop.js', 'route')])}
      console.log(await evaluate('route.js', rows), await evaluate('ssr/page.js', page))
      console.log(await evaluate('route.js', loop))`,
    )
    expect(one).toContain('async function (')
    expect(run(folder, NODE_ENV)).toEqual(['evaluated evaluated', ERROR])
  },
)
