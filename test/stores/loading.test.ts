import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packages } from '../../scripts/packages.mjs'

const core = packages.find(({ folder }) => folder === 'core')!
const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url))
/** The packages that core depends on. */
const BELOW = packages.filter(({ name }) => core.manifest.dependencies![name] !== undefined)

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'persist-project-'))
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, '@persist'), { recursive: true })
  for (const file of ['dist', 'package.json']) {
    cpSync(join(PACKAGES, 'core', file), join(modules, '@persist/core', file), { recursive: true })
  }
  for (const { folder, name } of BELOW) symlinkSync(join(PACKAGES, folder), join(modules, name))
  const require = createRequire(join(PACKAGES, 'core/package.json'))
  for (const name of ['ms', 'lru-cache']) {
    symlinkSync(join(require.resolve.paths(name)![0]!, name), join(modules, name))
  }
})
afterEach(() => rmSync(project, { recursive: true }))

/** The error of wrapping a function with that cache, in an application with core alone; with its message. */
function thrown(cache: string, env: Record<string, string> = {}): Record<string, unknown> {
  const script = join(project, 'main.mjs')
  writeFileSync(
    script,
    `import { persist, registerStore } from '@persist/core'
     registerStore('s3', () => { throw new Error('never asked') })
     try { persist(function f() {}, { cache: ${JSON.stringify(cache)} }) }
     catch (error) {
       console.log(JSON.stringify({ ...error, name: error.name, message: error.message, cause: error.cause?.message }))
     }`,
  )
  // Variables of the package manager that runs the tests: its name, and more folders of modules.
  const { npm_config_user_agent: _, NODE_PATH: __, ...rest } = process.env
  return JSON.parse(
    execFileSync(process.execPath, [script], { cwd: project, env: { ...rest, ...env }, encoding: 'utf8' }),
  )
}

test.each([
  ['mongo://localhost/app', 'mongodb'],
  ['fil://x', 'file'],
  ['lmbd://x', 'lmdb'],
  ['memroy://x', 'memory'],
  ['s4://bucket', 's3'],
])('%s has no store, and the error names the nearest scheme with one', (cache, nearest) => {
  const error = thrown(cache)
  expect(error).toMatchObject({ name: 'UnknownStoreError', code: 'ERR_PERSIST_UNKNOWN_STORE', nearest })
  expect(error.message).toContain(`Did you mean ${nearest}://?`)
  expect(error.known).toEqual(expect.arrayContaining(['file', 'lmdb', 'memory', 'mongodb', 'redis', 's3']))
})

test.each(['redis:/localhost', 'mongodb:ann:S3cret@db', 'FILE:persist', 'memory:x', 's3:/bucket'])(
  '%s is not taken for a folder: the error says how to write the URL, without the rest of it',
  (cache) => {
    const scheme = cache.split(':')[0]!.toLowerCase()
    const { message, ...error } = thrown(cache)
    expect(error).toMatchObject({ name: 'OptionError', option: 'cache' })
    expect(message).toMatch(new RegExp(`write ${scheme}://….* write \\./${scheme}:…$`))
    expect(message).not.toContain('S3cret')
  },
)

test.each(['./redis:x', 'results:2026', 'C:\\results'])('%s is a folder', (cache) => {
  expect(thrown(cache)).toMatchObject({ name: 'StoreNotInstalledError', scheme: 'file' })
})

test('for a scheme that resembles no other, the error lists all schemes, without a password', () => {
  const error = thrown('zookeeper-ensemble://ann:S3cret@host')
  expect(error.message).toMatch(/Known: file, idb, lmdb, memory, mongodb, mongodb\+srv, redis, rediss, s3\./)
  expect(JSON.stringify(error)).not.toContain('S3cret')
})

test.each(['../x://y', '@evil/package://y', 'a b://y', 'constructor://y', '__proto__://y'])(
  'the scheme of %s never becomes a path or a package',
  (cache) => {
    expect(thrown(cache).code).toMatch(/^ERR_PERSIST_(OPTION|UNKNOWN_STORE)$/)
  },
)

test.each([
  ['npm/11.0.0 node/v20', 'npm install @persist/store-disk'],
  ['pnpm/12.0.0 npm/? node/v20', 'pnpm add @persist/store-disk'],
  ['yarn/4.0.0 npm/? node/v20', 'yarn add @persist/store-disk'],
  ['bun/1.2.0', 'bun add @persist/store-disk'],
])('the error of a missing store has the command of the package manager in use: %s', (agent, install) => {
  const error = thrown('./cache', { npm_config_user_agent: agent })
  expect(error).toMatchObject({
    code: 'ERR_PERSIST_STORE_NOT_INSTALLED',
    packageName: '@persist/store-disk',
    install,
  })
  expect(error.message).toContain(`Run: ${install}\n`)
  expect(error.message).toContain(`registerStore("file", fromUrl), with fromUrl from '@persist/store-disk'`)
})

test.each([
  ['package-lock.json', 'npm install @persist/store-keyv @keyv/redis'],
  ['pnpm-lock.yaml', 'pnpm add @persist/store-keyv @keyv/redis'],
  ['yarn.lock', 'yarn add @persist/store-keyv @keyv/redis'],
  ['bun.lock', 'bun add @persist/store-keyv @keyv/redis'],
  ['no lock file', 'npm install @persist/store-keyv @keyv/redis'],
])('without a running package manager the lock file decides: %s', (file, install) => {
  writeFileSync(join(project, file), '')
  expect(thrown('redis://localhost')).toMatchObject({ install })
})

test.each([
  ['postgres://localhost/app', '@keyv/postgres'],
  ['mysql://localhost/app', '@keyv/mysql'],
  ['sqlite://app.db', '@keyv/sqlite'],
])('the error of %s shows how to pass a Keyv', (cache, module) => {
  const error = thrown(cache)
  expect(error).toMatchObject({ code: 'ERR_PERSIST_UNKNOWN_STORE' })
  expect(error.message).toContain('keyvStore(new Keyv(')
  expect(error.message).toContain(module)
})

test('the error of a store with a missing dependency names that dependency, and does not call the store missing', () => {
  const broken = join(project, 'node_modules/@persist/store-disk')
  mkdirSync(broken)
  writeFileSync(join(broken, 'package.json'), '{ "type": "module", "exports": "./index.js" }')
  writeFileSync(join(broken, 'index.js'), "import 'lmdb-that-is-missing'")
  const error = thrown('./cache')
  expect(error).toMatchObject({ name: 'StoreError', code: 'ERR_PERSIST_STORE_LOAD', store: '@persist/store-disk' })
  expect(error.message).toMatch(/@persist\/store-disk is installed but cannot be loaded: .*lmdb-that-is-missing/)
  expect(error.cause).toContain('lmdb-that-is-missing')
})

test('the error of redis:// without its driver names the missing package, and one command that adds both', () => {
  const keyv = join(project, 'node_modules/@persist/store-keyv')
  for (const file of ['dist', 'package.json']) {
    cpSync(join(PACKAGES, 'store-keyv', file), join(keyv, file), { recursive: true })
  }
  const error = thrown('redis://localhost', { npm_config_user_agent: 'pnpm/12.0.0' })
  const install = 'pnpm add @persist/store-keyv @keyv/redis'
  expect(error).toMatchObject({ name: 'StoreNotInstalledError', packageName: '@keyv/redis', scheme: 'redis', install })
  expect(error.message).toContain(`Run: ${install}`)
})
