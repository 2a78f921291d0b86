import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { environment, type Folder, folderBelow } from '../../field/folder.ts'
import { installedWith } from '../../field/install.ts'
import { recordRow } from '../../support/host-rows.ts'
import { execute } from '../bundlers.ts'
import { ORDERS } from '../program.ts'
import { versionIn } from '../versions.ts'

// A Worker of Cloudflare: bundled and minified by Wrangler, run by workerd, with its results in Workers KV.

let installed: string
beforeAll(() => {
  installed = installedWith({ keyv: '^5.6.0', wrangler: '^4.86.0' }, ['@persist/store-keyv'])
})

const CONFIG = {
  name: 'worker',
  main: 'main.mjs',
  compatibility_date: '2026-01-01',
  compatibility_flags: ['nodejs_compat'],
  kv_namespaces: [{ binding: 'RESULTS', id: 'results' }],
}

const CACHE = `
import { env } from 'cloudflare:workers'
import { keyvStore } from '@persist/store-keyv'
import Keyv from 'keyv'
// What Keyv asks of a store.
const store = {
  opts: {},
  on() {},
  get: async (key) => (await env.RESULTS.get(key)) ?? undefined,
  set: (key, value) => env.RESULTS.put(key, value),
  delete: async (key) => { await env.RESULTS.delete(key); return true },
  clear: async () => {},
}
export const cache = keyvStore(new Keyv({ store }))
`
const LOAD = (what: string, options: string) => `
import { persist } from '@persist/core'
import { cache } from './cache.mjs'
async function load(id) {
  globalThis.runs = (globalThis.runs ?? 0) + 1
  return { what: '${what}', at: new Date(id), seen: new Map([[1, new Set([2n])]]) }
}
export const ${what} = persist(load, { cache, ttl: '1h', memory: true, ${options} })
`
const MAIN = (first: string, second: string) => `
import { ${first} } from './${first}.mjs'
import { ${second} } from './${second}.mjs'
const show = ({ what, at, seen }) => what + ' ' + at.getTime() + ' ' + seen.get(1).has(2n)
export default {
  async fetch() {
    const values = []
    for (const call of [user, post, user, post]) values.push(show(await call(1)))
    return new Response(values.join() + ', runs: ' + (globalThis.runs ?? 0))
  },
}`

interface Miniflare {
  dispatchFetch(url: string): Promise<{ text(): Promise<string> }>
  dispose(): Promise<void>
}

function bundle({ path }: Folder): void {
  const wrangler = join(installed, 'node_modules/wrangler/bin/wrangler.js')
  const env = { ...environment(), WRANGLER_SEND_METRICS: 'false', CI: '1' }
  execute(path, [process.execPath, wrangler, 'deploy', '--dry-run', '--minify', '--outdir', 'out'], env)
}

/** The answer of the bundle in a new process of workerd. */
async function answerOf({ path }: Folder): Promise<string> {
  const entry = createRequire(join(installed, 'main.js')).resolve('miniflare')
  const { Miniflare } = (await import(pathToFileURL(entry).href)) as {
    Miniflare: new (options: Readonly<Record<string, unknown>>) => Miniflare
  }
  const server = new Miniflare({
    modules: true,
    script: readFileSync(join(path, 'out/main.js'), 'utf8'),
    compatibilityDate: '2026-01-01',
    compatibilityFlags: ['nodejs_compat'],
    kvNamespaces: ['RESULTS'],
    kvPersist: join(path, 'kv'),
  })
  try {
    return await (await server.dispatchFetch('http://worker/')).text()
  } finally {
    await server.dispose()
  }
}

const RIGHT = 'user 1 true,post 1 true,user 1 true,post 1 true'

test('a Worker keeps results in Workers KV, which the next process and the next build read', async () => {
  const folder = folderBelow(installed, {
    'wrangler.json': JSON.stringify(CONFIG),
    'cache.mjs': CACHE,
    'user.mjs': LOAD('user', "funcname: 'user'"),
    'post.mjs': LOAD('post', "funcname: 'post'"),
  })
  let runs = 2
  for (const [first, second] of ORDERS) {
    folder.write({ 'main.mjs': MAIN(first, second) })
    bundle(folder)
    for (let i = 0; i < 2; i++) {
      expect(await answerOf(folder)).toBe(`${RIGHT}, runs: ${runs}`)
      runs = 0
    }
  }
  passed('results kept in Workers KV by `@persist/store-keyv`, `nodejs_compat`')
})

test('a Worker gives no function the results of another that has its name', async () => {
  const folder = folderBelow(installed, {
    // With names, which Wrangler keeps by default, the second function is an error.
    'wrangler.json': JSON.stringify({ ...CONFIG, keep_names: false }),
    'cache.mjs': CACHE,
    'user.mjs': LOAD('user', ''),
    'post.mjs': LOAD('post', ''),
  })
  for (const [first, second] of ORDERS) {
    folder.write({ 'main.mjs': MAIN(first, second) })
    bundle(folder)
    expect(await answerOf(folder)).toContain(RIGHT)
  }
  passed('two functions of one name, without `funcname`')
})

test('a Worker without a store of its own names the option to give', async () => {
  const folder = folderBelow(installed, {
    'wrangler.json': JSON.stringify(CONFIG),
    'main.mjs': `
      import { persist } from '@persist/core'
      export default {
        async fetch() {
          try {
            persist(() => 1, { funcname: 'one' })
            return new Response('no error')
          } catch ({ code, message }) {
            return new Response(code + ' ' + message)
          }
        },
      }`,
  })
  bundle(folder)
  const answer = await answerOf(folder)
  expect(answer).toContain('ERR_PERSIST_STORE_NOT_INSTALLED')
  expect(answer).toContain('Give the option cache: ')
  recordRow({
    host: 'Wrangler, workerd',
    version: versionIn(installed, 'wrangler'),
    ran: 'default cache',
    result: 'declared',
    why: 'a Worker has no folder; the error says which stores the option cache may have there',
  })
})

const passed = (ran: string) =>
  recordRow({ host: 'Wrangler, workerd', version: versionIn(installed, 'wrangler'), ran, result: 'passed' })
