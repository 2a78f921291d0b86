import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environment } from '../field/folder.ts'
import { OTHER_RUNTIMES, titleOf } from '../hosts/runtimes.ts'
import { NODE } from '../hosts/versions.ts'
import { recordRow } from '../support/host-rows.ts'
import { type Packed, pack } from './packed.ts'
import { makeProject, type Project } from './project.ts'

/** The default of AWS Lambda, and of all that load modules in their own way: an ES module cannot be required. */
const FORBIDDEN = ['--no-experimental-require-module']

const TRACED = '1 miss absent\n1 hit\n3 miss input\n'

let packed: Packed
let project: Project
beforeAll(() => {
  packed = pack()
  const stores = ['disk', 'lmdb', 'mongo', 'keyv'].map((name) => `@persist/store-${name}`)
  const ours = ['core', 'key', 'inputs', 'code'].map((name) => `@persist/${name}`)
  project = makeProject(packed, 'npm', [...ours, ...stores], {
    keyv: '^5.6.0',
    '@keyv/redis': '^5.1.6',
  })
})
afterAll(() => {
  project.remove()
  packed.remove()
})

describe.each([
  ['where ES modules can be required', [], 'false'],
  ['where they cannot', FORBIDDEN, 'true'],
])('a CommonJS program, %s,', (where, flags, isCommonJs) => {
  const place = where.replaceAll(' ', '-')

  test.each([
    ['file', `file://./${place}`],
    ['lmdb', `lmdb://./${place}-lmdb`],
  ])('keeps results by URL in %s, and the second process reads them', (_, cache) => {
    const rest = `true there is no option "tttl"; did you mean ttl?
true ERR_PERSIST_KEY
${isCommonJs}
`
    const value = '1970-01-01T00:00:00.000Z true 2'
    expect(project.runWith(flags, 'required.cjs', cache)).toBe(`computing\n${value} 1\n${rest}`)
    expect(project.runWith(flags, 'required.cjs', cache)).toBe(`${value} 2\n${rest}`)
  })

  test('keeps results in memory by URL', () => {
    expect(project.runWith(flags, 'required.cjs', 'memory://one')).toMatch(/^computing\n1970-\S+ true 2 1\n/)
  })

  test('records what a traced function reads', () => {
    expect(project.runWith(flags, 'traced.cjs', `./${place}-traced`)).toBe(TRACED)
  })

  test('loads the stores of servers, by URL and handed over', () => {
    expect(project.runWith(flags, 'served.cjs')).toBe(`mongo-url1 mongo-store1 redis-url1 keyv-store1
mongo-store: true ERR_PERSIST_STORE_UNAVAILABLE
mongo-url: true ERR_PERSIST_STORE_UNAVAILABLE
redis-url: true ERR_PERSIST_STORE_UNAVAILABLE
`)
  })
})

test('a program of ES modules finds stores by URL where ES modules cannot be required', () => {
  const value = '6 1970-01-01T00:00:00.000Z 1\n'
  expect(project.runWith(FORBIDDEN, 'disk.mjs')).toBe(`computing\n${value}`)
  expect(project.run('disk.mjs')).toBe(value)
  expect(project.runWith(FORBIDDEN, 'lmdb.mjs')).toBe('6 0\n')
  expect(project.runWith(FORBIDDEN, 'lmdb.mjs')).toBe('6 1\n')
  expect(project.runWith(FORBIDDEN, 'keyv.mjs')).toBe('6 6 1 9\n')
  expect(project.runWith(FORBIDDEN, 'mongo.mjs')).toBe('6 9\n')
  recordRow({
    host: 'Node, as on AWS Lambda (`--no-experimental-require-module`)',
    version: NODE,
    ran: 'folder, LMDB, Keyv and MongoDB by URL',
    result: 'passed',
  })
})

test('the ES module and the CommonJS of one version are one: stores, names, running calls and errors', () => {
  expect(project.runWith(FORBIDDEN, 'two-formats.mjs')).toBe(`two copies: true
a registered scheme: 6 6 8 8 2
one adapter: true
a folder: 6 6 8 8 2
an LMDB file: 6 6 8 8 2
an adapter: 6 6 8 8 2
a memory by name: 6 6 8 8 2
memories without a name have two names: true
so have two Keyvs: true
changes of an LMDB file that another store missed: 0
one run: 12 12 1
calls of each other: end
persisted: true true
an error of ESM: ERR_PERSIST_DUPLICATE_NAMESPACE true false
schemes in ESM: true true
an error of CommonJS: ERR_PERSIST_DUPLICATE_NAMESPACE true false
schemes in CommonJS: true true
`)
})

test('where ES modules can be required, both are one copy', () => {
  expect(project.run('two-formats.mjs')).toMatch(/^two copies: false\n/)
  recordRow({ host: 'Node', version: NODE, ran: 'ES modules and CommonJS in one process', result: 'passed' })
})

test.each(OTHER_RUNTIMES.map((runtime) => [titleOf(runtime), runtime] as const))(
  'in %s both kinds of programs find the store of a URL',
  (name, runtime) => {
    const [command, ...args] = runtime.command
    const env = { ...environment(), NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
    const run = (...program: string[]) =>
      execFileSync(command!, [...args, ...program], { cwd: project.folder, env, encoding: 'utf8', stdio: 'pipe' })
    const value = /^1970-01-01T00:00:00\.000Z true 2 [12]\ntrue .*; did you mean ttl\?\ntrue ERR_PERSIST_KEY\n/
    const first = run('required.cjs', `./${name.replace(' ', '-')}`)
    expect(first).toMatch(/^computing\n/)
    expect(first.replace('computing\n', '')).toMatch(value)
    expect(run('required.cjs', `./${name.replace(' ', '-')}`)).toMatch(value)
    run('disk.mjs')
    expect(run('disk.mjs')).toBe('6 1970-01-01T00:00:00.000Z 1\n')
    const ran = 'a folder by URL, ES modules and CommonJS'
    recordRow({ host: runtime.name, version: runtime.version, ran, result: 'passed' })
  },
)

test.each(OTHER_RUNTIMES.map((runtime) => [titleOf(runtime), runtime] as const))(
  'in %s both kinds of programs record what traced functions read',
  (name, { command: [command, ...args], ...runtime }) => {
    for (const kind of ['mjs', 'cjs']) {
      const folder = `./${name.replace(' ', '-')}-traced-${kind}`
      const output = execFileSync(command!, [...args, `traced.${kind}`, folder], {
        cwd: project.folder,
        env: { ...environment(), NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
        encoding: 'utf8',
        stdio: 'pipe',
      })
      expect(output).toMatch(kind === 'cjs' ? TRACED : /^1 a1 1 .*\n3 a bE3 2 \| hit, miss input, hit, hit\n$/s)
    }
    const ran = 'functions with `trace`, ES modules and CommonJS'
    recordRow({ host: runtime.name, version: runtime.version, ran, result: 'passed' })
  },
)
