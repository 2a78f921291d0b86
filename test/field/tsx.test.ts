import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { environment, folderWith } from './folder.ts'

// Under tsx, a package that was loaded by require gets a second copy of its imports.

const TSX = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist/cli.mjs')

async function portOfNoServer(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('under tsx a dead server costs one wait and one report, and errors keep their classes', async () => {
  const folder = folderWith({
    'main.mts': `
      import { PersistError, persist } from '@persist/core'
      const port: string = process.argv[2]!
      let problems = 0
      const report = (event: { name: string; error?: unknown }) => {
        if (event.name === 'problem') {
          problems++
          console.log(event.error instanceof PersistError)
        }
      }
      const f = persist(async function ask(x: number) { return 2 * x }, { cache: \`mongodb://127.0.0.1:\${port}/x\`, report })
      const main = async () => {
        const results: number[] = []
        for (let i = 0; i < 5; i++) results.push(await f(i))
        console.log(results.join(), problems)
      }
      main()`,
  })
  const { stdout, stderr } = spawnSync(process.execPath, [TSX, 'main.mts', String(await portOfNoServer())], {
    cwd: folder.path,
    env: environment(),
    encoding: 'utf8',
  })
  expect(stdout).toBe('true\n0,2,4,6,8 1\n')
  expect(stderr.match(/^persist: problem .*$/gm)).toEqual([expect.stringContaining('mongodb')])
})

test('under tsx two functions with one source are an error if a name in it is global, and each file has its own', () => {
  const file = (declared: string, name: string) => `
    import { memoryStore, persist } from '@persist/core'
    ${declared}
    const cache = ((globalThis as { store?: ReturnType<typeof memoryStore> }).store ??= memoryStore())
    persist(async function find(id: number) { return ${name}(id) }, { cache })`
  const folder = folderWith({
    'package.json': '{"type":"module"}',
    'clients.ts': 'export const users = (id: number) => id\nexport const posts = (id: number) => -id',
    ...Object.fromEntries(
      ['users', 'posts'].flatMap((table) => [
        [`imported/${table}.ts`, file(`import { ${table} as fetch } from '../clients.ts'`, 'fetch')],
        [`declared/${table}.ts`, file(`const atob = (id: number) => '${table}' + id`, 'atob')],
        [`global/${table}.ts`, file('', 'isFinite')],
      ]),
    ),
    'main.ts': `
      const [, , kind] = process.argv
      await import(\`./\${kind}/users.ts\`)
      await import(\`./\${kind}/posts.ts\`).catch(({ code }) => console.log(code))`,
  })
  const outcome = (kind: string) =>
    spawnSync(process.execPath, [TSX, 'main.ts', kind], { cwd: folder.path, env: environment(), encoding: 'utf8' })
  for (const kind of ['imported', 'declared'])
    expect(outcome(kind)).toMatchObject({ stderr: '', stdout: 'ERR_PERSIST_DUPLICATE_NAMESPACE\n' })
  expect(outcome('global')).toMatchObject({ stderr: '', stdout: '' })
})

test('under tsx, code covers what the tsconfig.json of the working directory leads to', () => {
  const paths = (target: string, more: object) =>
    JSON.stringify({ compilerOptions: { ...more, paths: { v: [target] } } })
  const folder = folderWith({
    'package.json': '{"type":"module"}',
    'tsconfig.json': paths('./one.ts', { allowJs: true }),
    'one.ts': 'export const v = 1',
    'two.ts': 'export const v = 2',
    'program/tsconfig.json': paths('../two.ts', {}),
    'program/a.js': 'export const w = 0',
    // With allowJs, this is what JavaScript imports from a.js.
    'program/a.ts': 'export const w: number = 1',
    'program/b.js': "export { w } from './a.js'",
    'program/main.ts': `
      import { code } from '@persist/code'
      import { v } from 'v'
      import { w } from './b.js'
      console.log(v, w)
      console.log(code(import.meta).read().digest)`,
  })
  const digests = new Set<string>()
  const run = () => {
    const { stdout, stderr } = spawnSync(process.execPath, [TSX, 'program/main.ts'], {
      cwd: folder.path,
      env: environment(),
      encoding: 'utf8',
    })
    const [result, digest] = stdout.split('\n')
    if (digest === undefined) throw new Error(stderr)
    digests.add(digest)
    return result
  }
  expect(run()).toBe('1 1')
  folder.write({ 'one.ts': 'export const v = 3' })
  expect(run()).toBe('3 1')
  folder.write({ 'program/a.ts': 'export const w: number = 3' })
  expect(run()).toBe('3 3')
  expect(digests.size).toBe(3)
})
