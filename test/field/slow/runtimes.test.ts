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
