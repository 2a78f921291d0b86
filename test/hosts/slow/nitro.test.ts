import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { environment, folderBelow } from '../../field/folder.ts'
import { installedWith } from '../../field/install.ts'
import { recordRow } from '../../support/host-rows.ts'
import { versionIn } from '../versions.ts'

// Nitro, and so Nuxt: it traces which files of which packages are needed, and copies those beside its bundle.

const servers: ChildProcess[] = []
const outputs: string[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    const isOver = once(server, 'exit')
    server.kill()
    await isOver
  }
  for (const output of outputs.splice(0)) rmSync(output, { recursive: true })
})

test('built by Nitro with its default settings, an application runs from its output alone, and keeps results', async () => {
  const installed = installedWith({ nitropack: '^2.13.6' })
  const folder = folderBelow(installed, {
    'package.json': '{ "private": true, "type": "module" }',
    'nitro.config.ts': "export default { compatibilityDate: '2026-01-01' }",
    'routes/index.ts': `
      import { persist, registerStore } from '@persist/core'
      import { diskStore, fromUrl } from '@persist/store-disk'
      import { defineEventHandler } from 'h3'
      registerStore('file', fromUrl)
      const compute = async (id: number) => ({ at: new Date(id), random: Math.random() })
      const handedOver = persist(compute, { funcname: 'handed', cache: diskStore('./cache'), ttl: '1h', memory: true })
      const byUrl = persist(compute, { funcname: 'by-url', cache: 'file://./cache', ttl: '1h' })
      export default defineEventHandler(async () => {
        const values = [await handedOver(1), await byUrl(2)]
        return values.map(({ at, random }) => [at.getTime(), random])
      })`,
  })
  execFileSync(process.execPath, [join(installed, 'node_modules/nitropack/dist/cli/index.mjs'), 'build'], {
    cwd: folder.path,
    env: environment(),
    stdio: 'pipe',
  })
  // Elsewhere, where nothing is installed above it.
  const output = mkdtempSync(join(tmpdir(), 'persist-nitro-'))
  outputs.push(output)
  cpSync(join(folder.path, '.output'), output, { recursive: true })

  const first = await answerOf(output)
  expect(first.map(([at]) => at)).toEqual([1, 2])
  expect(await answerOf(output)).toEqual(first)
  recordRow({
    host: 'Nitro',
    version: versionIn(installed, 'nitropack'),
    ran: 'default settings, the output alone, with an adapter or `registerStore`',
    result: 'passed',
  })
})

/** What a new server of the application answers. */
async function answerOf(output: string): Promise<[at: number, random: number][]> {
  const server = spawn(process.execPath, ['server/index.mjs'], {
    cwd: output,
    env: { ...environment(), NITRO_HOST: '127.0.0.1', NITRO_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  servers.push(server)
  for await (const line of createInterface(server.stdout)) {
    const url = /http:\S+/.exec(line)?.[0]
    if (url === undefined) continue
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as [number, number][]
  }
  throw new Error('the server ended')
}
