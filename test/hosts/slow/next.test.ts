import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { environment, type Folder, folderBelow } from '../../field/folder.ts'
import { installedWith } from '../../field/install.ts'
import { recordRow } from '../../support/host-rows.ts'
import { versionIn } from '../versions.ts'

// A page and a route of Next share a persisted function: each has its own copy, in one process.

let installed: string
beforeAll(() => {
  installed = installedWith({
    '@types/node': '^20.19.0',
    '@types/react': '^19.0.0',
    next: '^16.4.6',
    react: '^19.0.0',
    'react-dom': '^19.0.0',
    typescript: '^5.9.3',
  })
}, 300_000)

const servers: ChildProcess[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server)
})

async function stop(server: ChildProcess): Promise<void> {
  const isOver = once(server, 'exit')
  server.kill()
  await isOver
}

const passed = (host: string, ran: string) =>
  recordRow({ host, version: versionIn(installed, 'next'), ran, result: 'passed' })

const FILES = {
  'package.json': '{ "private": true }',
  'next.config.mjs': `
import { join } from 'node:path'
const root = join(import.meta.dirname, '../..')
export default { outputFileTracingRoot: root, turbopack: { root } }`,
  'lib/shared.ts': `
import { persist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
const table = 'users'
const cache = diskStore('./cache')
export const load = persist(async function load(id: number) { return [table + id, Math.random()] }, { cache, funcname: 'load' })
`,
  'app/layout.tsx': `
export default function Layout({ children }: { children: React.ReactNode }) { return <html><body>{children}</body></html> }`,
  'app/page.tsx': `
import { load } from '../lib/shared'
export const dynamic = 'force-dynamic'
export default async function Page() { return <p>{JSON.stringify(await load(1))}</p> }`,
  'app/api/x/route.ts': `
import { load } from '../../../lib/shared'
export const dynamic = 'force-dynamic'
export async function GET() { return Response.json(await load(1)) }`,
}

const LOAD = (what: string) => `
import { persist } from '@persist/core'
async function load(id: number) { return '${what} ' + id }
export const ${what} = persist(load)
`
const ROUTE = (options: string) => `
import { persist } from '@persist/core'
export const dynamic = 'force-dynamic'
async function load(id: number) { return ['value' + id, Math.random()] }
const kept = persist(load, ${options})
export async function GET() { return Response.json(await kept(1)) }
`

const ENV = { ...environment(), NEXT_TELEMETRY_DISABLED: '1' }

function next(folder: Folder, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnNext(folder, args)
  if (status !== 0) throw new Error(`next ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}

function spawnNext(folder: Folder, args: readonly string[]) {
  const program = join(installed, 'node_modules/next/dist/bin/next')
  return spawnSync(process.execPath, [program, ...args], { cwd: folder.path, env: ENV, encoding: 'utf8' })
}

const PACKAGES = () => join(installed, 'node_modules/@persist')
const AWAY = () => `${PACKAGES()}-away`

interface Server {
  /** The answer of a path: its status and its body. */
  fetch(path: string): Promise<{ readonly status: number; readonly body: string }>
  /** The value in the answer of a path, which must succeed. */
  get(path: string): Promise<string>
  /** What it printed. */
  output(): string
  stop(): Promise<void>
}

function serve(folder: Folder, args: readonly string[]): Promise<Server> {
  return started(folder.path, [join(installed, 'node_modules/next/dist/bin/next'), ...args])
}

async function started(cwd: string, command: readonly string[]): Promise<Server> {
  const port = String(await freePort())
  const isNext = command[0]!.endsWith('next')
  const process_ = spawn(
    process.execPath,
    [...command, ...(isNext ? ['--hostname', '127.0.0.1', '--port', port] : [])],
    {
      cwd,
      env: { ...ENV, HOSTNAME: '127.0.0.1', PORT: port },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  servers.push(process_)
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
  }
  process_.stdout.on('data', keep)
  process_.stderr.on('data', keep)
  for (let i = 0; !output.includes('Ready'); i++) {
    if (i > 600) throw new Error(`${command.join(' ')} did not start:\n${output}`)
    await delay(100)
  }
  const server: Server = {
    async fetch(path) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      return { status: answer.status, body: await answer.text() }
    },
    async get(path) {
      const { status, body } = await server.fetch(path)
      if (status !== 200) throw new Error(`${path} answered ${status}:\n${body.slice(0, 2_000)}\n${output}`)
      return /\[(?:"|&quot;)\w+(?:"|&quot;),[\d.e-]+\]/.exec(body)![0].replaceAll('&quot;', '"')
    },
    output: () => output,
    async stop() {
      servers.splice(servers.indexOf(process_), 1)
      await stop(process_)
    },
  }
  return server
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.each([
  ['Turbopack', []],
  ['webpack', ['--webpack']],
])('in Next with %s', (name, flags) => {
  const host = `Next, ${name}`

  test('a page and a route share a function and its results, also after a restart', async () => {
    const folder = folderBelow(installed, FILES)
    next(folder, ['build', ...flags])
    const first = await serve(folder, ['start'])
    const page = await first.get('/')
    expect(page).toContain('users1')
    expect(await first.get('/api/x')).toBe(page)
    await first.stop()
    const { get } = await serve(folder, ['start'])
    expect(await get('/api/x')).toBe(page)
    expect(await get('/')).toBe(page)
    passed(host, '`build` and `start`, a page and a route that share a function')
  })

  test('an edited function is loaded again by the dev server', async () => {
    const folder = folderBelow(installed, FILES)
    const { get } = await serve(folder, ['dev', ...flags])
    const page = await get('/')
    expect(await get('/api/x')).toBe(page)
    const text = readFileSync(join(folder.path, 'lib/shared.ts'), 'utf8')
    const paths = ['/', '/api/x']
    for (const edited of [`// a comment\n${text}`, text.replace('[table + id,', '[`new` + id,'), text]) {
      await delay(1_000)
      folder.write({ 'lib/shared.ts': edited })
      await delay(2_000)
      for (const path of paths) expect(await get(path)).toBe(page)
      paths.reverse()
    }
    passed(host, 'dev server, edits of a module that a page and a route share')
  })

  test('no function gets the results of another that has its name, in the default cache', async () => {
    const folder = folderBelow(installed, FILES)
    for (const [one, other] of [
      ['user', 'post'],
      ['post', 'user'],
    ]) {
      folder.write({
        'lib/user.ts': LOAD('user'),
        'lib/post.ts': LOAD('post'),
        'app/page.tsx': 'export default function Page() { return <p>none</p> }',
        'app/api/x/route.ts': `
          import { ${one} } from '../../../lib/${one}'
          import { ${other} } from '../../../lib/${other}'
          export const dynamic = 'force-dynamic'
          export async function GET() { return Response.json([await user(1), await post(1), await user(1), await post(1)]) }`,
      })
      // A minifier may take the name away, or leave both names: then the build ends with our error.
      const { status, stdout, stderr } = spawnNext(folder, ['build', ...flags])
      if (status !== 0) {
        expect(stdout + stderr).toMatch(/ERR_PERSIST_DUPLICATE_NAMESPACE|minifiers remove the names/)
        continue
      }
      const server = await serve(folder, ['start'])
      expect(await server.fetch('/api/x')).toEqual({ status: 200, body: '["user 1","post 1","user 1","post 1"]' })
      await server.stop()
    }
    passed(host, 'two functions of one name, without `funcname`')
  })

  test('a standalone output keeps results with an adapter or a registered store, and else names the line', async () => {
    const folder = folderBelow(installed, {
      ...FILES,
      'next.config.mjs': FILES['next.config.mjs'].replace('default {', "default { output: 'standalone',"),
      'app/api/url/route.ts': ROUTE("{ funcname: 'url' }"),
      'app/api/registered/route.ts': `
        import { registerStore } from '@persist/core'
        import { fromUrl } from '@persist/store-disk'
        registerStore('file', fromUrl)
        ${ROUTE("{ funcname: 'registered' }")}`,
    })
    next(folder, ['build', ...flags])
    const alone = mkdtempSync(join(tmpdir(), 'persist-standalone-'))
    try {
      cpSync(join(folder.path, '.next/standalone'), alone, { recursive: true })
      const place = join('runs', basename(folder.path))
      // The source maps, which Next leaves out, show that a function in a page and in a route is one.
      cpSync(join(folder.path, '.next/server'), join(alone, place, '.next/server'), {
        recursive: true,
        filter: (path) => statSync(path).isDirectory() || path.endsWith('.map'),
      })
      // webpack writes the places of packages into the bundle.
      renameSync(PACKAGES(), AWAY())
      const program = join(place, 'server.js')
      const answers: string[] = []
      for (let i = 0; i < 2; i++) {
        const server = await started(alone, [program])
        expect((await server.fetch('/api/url')).status).toBe(500)
        expect(server.output()).toContain(`registerStore("file", fromUrl), with fromUrl from '@persist/store-disk'`)
        answers.push((await server.get('/')) + (await server.get('/api/x')) + (await server.get('/api/registered')))
        await server.stop()
      }
      expect(answers[1]).toBe(answers[0])
    } finally {
      if (existsSync(AWAY())) renameSync(AWAY(), PACKAGES())
      rmSync(alone, { recursive: true })
    }
    passed(host, '`output: "standalone"` with the source maps of `.next/server`, an adapter or `registerStore`')
    recordRow({
      host,
      version: versionIn(installed, 'next'),
      ran: '`output: "standalone"`, default cache',
      result: 'declared',
      why: 'Next copies only packages that it sees imported; the error names the line `registerStore("file", fromUrl)`',
    })
  })
})
