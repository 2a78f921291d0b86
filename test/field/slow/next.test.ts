import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { environment, type Folder, folderBelow } from '../folder.ts'
import { installedWith } from '../install.ts'

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
  for (const server of servers.splice(0)) {
    const isOver = once(server, 'exit')
    server.kill()
    await isOver
  }
})

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

const ENV = { ...environment(), NEXT_TELEMETRY_DISABLED: '1' }

function next(folder: Folder, args: readonly string[]): void {
  const program = join(installed, 'node_modules/next/dist/bin/next')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder.path,
    env: ENV,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`next ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}

async function serve(folder: Folder, args: readonly string[]): Promise<(path: string) => Promise<string>> {
  const port = await freePort()
  const program = join(installed, 'node_modules/next/dist/bin/next')
  const server = spawn(process.execPath, [program, ...args, '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: folder.path,
    env: ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  servers.push(server)
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
  }
  server.stdout.on('data', keep)
  server.stderr.on('data', keep)
  for (let i = 0; !output.includes('Ready'); i++) {
    if (i > 600) throw new Error(`next ${args.join(' ')} did not start:\n${output}`)
    await delay(100)
  }
  return async (path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    const body = await answer.text()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}:\n${body.slice(0, 2_000)}\n${output}`)
    return /\[(?:"|&quot;)\w+(?:"|&quot;),[\d.e-]+\]/.exec(body)![0].replaceAll('&quot;', '"')
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test.each([
  ['Turbopack', []],
  ['webpack', ['--webpack']],
])('built by Next with %s, a page and a route share a function and its results', async (_, args) => {
  const folder = folderBelow(installed, FILES)
  next(folder, ['build', ...args])
  const get = await serve(folder, ['start'])
  const page = await get('/')
  expect(page).toContain('users1')
  expect(await get('/api/x')).toBe(page)
})

test.each([
  ['Turbopack', []],
  ['webpack', ['--webpack']],
])('in Next’s dev server with %s, an edited function is loaded again', async (_, args) => {
  const folder = folderBelow(installed, FILES)
  const get = await serve(folder, ['dev', ...args])
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
})
