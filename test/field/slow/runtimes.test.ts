import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { versionIn } from '../../hosts/versions.ts'
import { recordRow } from '../../support/host-rows.ts'
import { environment, folderBelow } from '../folder.ts'
import { installedWith } from '../install.ts'

const BUN = `@oven/bun-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`

const LOAD = `
import { memoryStore, persist } from '@persist/core'
const cache = (globalThis.store ??= memoryStore())
export const load = persist(async function load(id) { return id + ' ' + globalThis.evaluations }, { cache, funcname: 'load', verbosity: 0 })
`

test('bun --hot evaluates an edited module again, and still refuses a second function', async () => {
  const installed = installedWith({ [BUN]: '^1.4.5' })
  const folder = folderBelow(installed, {
    'load.mjs': LOAD,
    'beside.mjs': '',
    'main.mjs': `
      import './beside.mjs'
      globalThis.evaluations = (globalThis.evaluations ?? 0) + 1
      const { load } = await import('./load.mjs').catch((error) => (console.log(error.code), process.exit(1)))
      const { persist } = await import('@persist/core')
      const again = [1, 2].map((n) => {
        try {
          return typeof persist((x) => x + n, { cache: globalThis.store, funcname: 'loop' + globalThis.evaluations })
        } catch (error) {
          return error.code
        }
      })
      console.log(globalThis.evaluations, await load(globalThis.evaluations), ...again)
      globalThis.timer ??= setInterval(() => {}, 1_000)`,
  })
  const bun = spawn(join(installed, 'node_modules', BUN, 'bin/bun'), ['--hot', 'main.mjs'], {
    cwd: folder.path,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(bun.stdout)[Symbol.asyncIterator]()
  try {
    const second = 'function ERR_PERSIST_DUPLICATE_NAMESPACE'
    expect((await lines.next()).value).toBe(`1 1 1 ${second}`)
    folder.write({ 'load.mjs': `${LOAD}// edited\n` })
    expect((await lines.next()).value).toBe(`2 2 2 ${second}`)
    folder.write({ 'load.mjs': LOAD.replace("' '", "'-'") })
    expect((await lines.next()).value).toBe(`3 3-3 ${second}`)
    folder.write({ 'beside.mjs': '// edited' })
    expect((await lines.next()).value).toBe(`4 4-4 ${second}`)
    recordRow({ host: 'Bun', version: versionIn(installed, BUN), ran: '`--hot`, edits of a module', result: 'passed' })
  } finally {
    const isOver = once(bun, 'exit')
    bun.kill()
    await isOver
  }
})

const REMEMBERED = `
import { persist } from '@persist/core'
const cache = globalThis.store
export const load = persist({
  cache,
  funcname: 'load',
})(async (id) => id + ' ')
export class Rows {
  static find = persist({ cache, funcname: 'Rows.find' })(async (id) => -id)
}
`

test('bun --hot evaluates functions again after options, in a class, and from an edited wrapper', async () => {
  const installed = installedWith({ [BUN]: '^1.4.5' })
  const wrapper = (fn: string) => `
    import { persist } from '@persist/core'
    const cache = globalThis.store
    export const atOnce = (funcname, fn) => persist(${fn}, { cache, funcname })
    export function later(funcname, fn) {
      const persisted = persist(${fn}, { cache, funcname })
      return persisted
    }`
  const folder = folderBelow(installed, {
    'remembered.mjs': REMEMBERED,
    'cached.mjs': wrapper('fn'),
    'uses.mjs': `
      import { atOnce, later } from './cached.mjs'
      export const first = atOnce('first', async (id) => id)
      export const second = later('second', async (id) => id)`,
    'two.mjs': `
      import { persist } from '@persist/core'
      import { atOnce } from './cached.mjs'
      persist({ cache: globalThis.store, funcname: 'one' })(async () => {})
      for (const id of [1, 2]) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        atOnce('two', async () => id)
      }`,
    'main.mjs': `
      import { memoryStore } from '@persist/core'
      globalThis.store ??= memoryStore()
      globalThis.evaluations = (globalThis.evaluations ?? 0) + 1
      const codeOf = ({ code }) => code
      const { load, Rows } = await import('./remembered.mjs').catch((error) => (console.log(error.code), process.exit(1)))
      const { first, second } = await import('./uses.mjs').catch((error) => (console.log(error.code), process.exit(1)))
      const id = globalThis.evaluations
      console.log(await load(id), await Rows.find(id), await first(id), await second(id), await import('./two.mjs').catch(codeOf))
      globalThis.timer ??= setInterval(() => {}, 1_000)`,
  })
  const bun = spawn(join(installed, 'node_modules', BUN, 'bin/bun'), ['--hot', 'main.mjs'], {
    cwd: folder.path,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(bun.stdout)[Symbol.asyncIterator]()
  const next = async () => (await lines.next()).value
  try {
    const error = 'ERR_PERSIST_DUPLICATE_NAMESPACE'
    expect(await next()).toBe(`1  -1 1 1 ${error}`)
    folder.write({ 'remembered.mjs': `// edited\n${REMEMBERED}` })
    expect(await next()).toBe(`2  -2 2 2 ${error}`)
    folder.write({ 'cached.mjs': `\n${wrapper('fn')}` })
    expect(await next()).toBe(`3  -3 3 3 ${error}`)
    folder.write({ 'cached.mjs': wrapper('async (id) => fn(id)') })
    expect(await next()).toBe(`4  -4 4 4 ${error}`)
    folder.write({ 'cached.mjs': wrapper('async (...all) => fn(...all)') })
    expect(await next()).toBe(`5  -5 5 5 ${error}`)
  } finally {
    const isOver = once(bun, 'exit')
    bun.kill()
    await isOver
  }
})
