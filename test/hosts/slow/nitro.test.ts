import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { environment, type Folder, folderBelow } from '../../field/folder.ts'
import { installedWith } from '../../field/install.ts'
import { recordRow } from '../../support/host-rows.ts'
import { ORDERS } from '../program.ts'
import { versionIn } from '../versions.ts'

// Nitro, and so Nuxt: it traces which files of which packages are needed, and copies those beside its bundle.

const servers: ChildProcess[] = []
const outputs: string[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server)
  for (const output of outputs.splice(0)) rmSync(output, { recursive: true })
})

const HOSTS = [
  {
    host: 'Nitro',
    name: 'nitropack',
    dependencies: { nitropack: '^2.13.6' },
    program: 'nitropack/dist/cli/index.mjs',
    files: { 'nitro.config.ts': "export default { compatibilityDate: '2026-01-01' }" },
    routes: 'routes/api',
  },
  {
    host: 'Nuxt',
    name: 'nuxt',
    dependencies: { nuxt: '^4.4.5' },
    program: 'nuxt/bin/nuxt.mjs',
    files: {
      'nuxt.config.ts': "export default defineNuxtConfig({ compatibilityDate: '2026-01-01' })",
      'app/app.vue': `
        <script setup>const { data } = await useFetch('/api/values')</script>
        <template><p>{{ data }}</p></template>`,
    },
    routes: 'server/api',
  },
]

const VALUES = `
import { persist, registerStore } from '@persist/core'
import { diskStore, fromUrl } from '@persist/store-disk'
registerStore('file', fromUrl)
const compute = async (id: number) => ({ at: new Date(id), random: Math.random() })
const handedOver = persist(compute, { funcname: 'handed', cache: diskStore('./cache'), ttl: '1h', memory: true })
const byUrl = persist(compute, { funcname: 'by-url', cache: 'file://./cache', ttl: '1h' })
export default defineEventHandler(async () => {
  const values = [await handedOver(1), await byUrl(2)]
  return values.map(({ at, random }) => [at.getTime(), random])
})`
const LOAD = (what: string) => `
import { persist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
function load(id: number) { return '${what} ' + id }
export const ${what} = persist(load, { cache: diskStore('./cache') })`
const NAMES = (depth: string, [first, second]: readonly [string, string]) => `
import { ${first} } from '${depth}/lib/${first}'
import { ${second} } from '${depth}/lib/${second}'
export default defineEventHandler(() => [user(1), post(1), user(1), post(1)])`

describe.each(HOSTS)('built by $host with its default settings, an application', (host) => {
  test('runs from its output alone, keeps results, and gives no function those of another', async () => {
    const installed = installedWith(host.dependencies)
    const folder = folderBelow(installed, {
      'package.json': '{ "private": true, "type": "module" }',
      ...host.files,
      'lib/user.ts': LOAD('user'),
      'lib/post.ts': LOAD('post'),
      [`${host.routes}/values.ts`]: VALUES,
    })
    // Elsewhere, where nothing is installed above it.
    const output = mkdtempSync(join(tmpdir(), 'persist-nitro-'))
    outputs.push(output)
    let kept: unknown
    for (const order of ORDERS) {
      folder.write({ [`${host.routes}/names.ts`]: NAMES('../..', order) })
      build(folder, join(installed, 'node_modules', host.program))
      cpSync(join(folder.path, '.output'), output, { recursive: true })
      for (let i = 0; i < 2; i++) {
        const { values, names } = await answersOf(output)
        kept ??= values
        expect(values).toEqual([
          [1, expect.any(Number)],
          [2, expect.any(Number)],
        ])
        expect(values).toEqual(kept)
        expect(names).toEqual(['user 1', 'post 1', 'user 1', 'post 1'])
      }
    }
    recordRow({
      host: host.host,
      version: versionIn(installed, host.name),
      ran: 'default settings, the output alone, with an adapter or `registerStore`',
      result: 'passed',
    })
  })
})

function build(folder: Folder, program: string): void {
  execFileSync(process.execPath, [program, 'build'], {
    cwd: folder.path,
    env: { ...environment(), NUXT_TELEMETRY_DISABLED: '1' },
    stdio: 'pipe',
  })
}

/** What a new server of the application answers. */
async function answersOf(output: string): Promise<{ readonly values: unknown; readonly names: unknown }> {
  const server = spawn(process.execPath, ['server/index.mjs'], {
    cwd: output,
    env: { ...environment(), NITRO_HOST: '127.0.0.1', NITRO_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  servers.push(server)
  for await (const line of createInterface(server.stdout)) {
    const url = /http:\S+/.exec(line)?.[0]
    if (url === undefined) continue
    const ask = async (path: string): Promise<unknown> => {
      const answer = await fetch(new URL(path, url))
      if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
      return answer.json()
    }
    const answers = { values: await ask('/api/values'), names: await ask('/api/names') }
    await stop(server)
    servers.splice(servers.indexOf(server), 1)
    return answers
  }
  throw new Error('the server ended')
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const isOver = once(server, 'exit')
  server.kill()
  await isOver
}
