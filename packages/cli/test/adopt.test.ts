import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { memoryStore } from '@persist/core'
import { sha256 } from '@persist/hash'
import type { Entry, Store } from '@persist/store'
import { markedHash } from '@persist/store/kit'
import { expect, test } from 'vitest'
import { adoptEntries } from '../src/adopt/adopt-entries.ts'
import { type CommandOptions, execute, json, newFolder, persist } from './support/command.ts'
import { contents } from './support/filled.ts'

const MODULE = fileURLToPath(new URL('children/adopted.mjs', import.meta.url))

/** Runs the program and returns what it printed: each result, and the number of misses so far. */
async function run(cwd: string, env: Record<string, string>, ...calls: number[]): Promise<string[]> {
  const { stdout, stderr, code } = await execute(process.execPath, [MODULE, ...calls.map(String)], { cwd, env })
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return stdout.trim().split('\n')
}

/** Runs `adopt`, which loads the module with the same variables. */
const adopt = (args: string[], options: CommandOptions) => persist(['adopt', 'slow', ...args], options)
const OLD = { LEFT: 'old', RIGHT: 'same' }
const NEW = { LEFT: 'new', RIGHT: 'same' }

test('adopt names what differs, and moves results to the version of a module, which computes nothing', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1, 2, 3)
  const asked = await adopt(['--from', MODULE], { cwd, env: NEW })
  expect(asked.code).toBe(2)
  expect(asked.stderr).toContain('3 results of slow come from other code: ./LEFT.ts differs. Keep them?')
  expect(await run(newFolder(), NEW, 1)).toEqual(['1 with new 1'])

  const adopted = await json(['adopt', 'slow', '--yes', '--from', MODULE], {
    cwd,
    env: { ...NEW, CALL_AT_THE_TOP: '1' },
  })
  expect(adopted).toMatchObject({ funcname: 'slow', adopted: 3, kept: 0, changed: ['./LEFT.ts'] })
  expect(await run(cwd, NEW, 1, 2, 3)).toEqual(['1 with old 0', '2 with old 0', '3 with old 0'])
  expect(await adopt(['--from', MODULE], { cwd, env: NEW })).toMatchObject({
    code: 0,
    stdout: 'all results of slow are of the current version\n',
  })
})

test('adopt notes the version that it gives, so that why finds the results to be of the current one', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1)
  await adopt(['--yes', '--from', MODULE], { cwd, env: NEW })
  expect(await json(['why', 'slow', '--args', '[1]'], { cwd })).toMatchObject({ reason: 'none', changed: [] })
})

test('without a module, adopt takes the version that a program used last', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1, 2, 3)
  await run(cwd, NEW, 1)
  expect(await adopt(['--yes'], { cwd })).toMatchObject({
    code: 0,
    stdout: '2 results are of the current version now\n',
  })
  expect(await run(cwd, NEW, 1, 2, 3)).toEqual(['1 with new 0', '2 with old 0', '3 with old 0'])
  const { stdout } = await adopt(['--yes'], { cwd })
  expect(stdout).toMatch(/^all results of slow are of the version that a program computed with last\..* --from/)
})

test('of several versions, adopt takes the one that is named', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1, 2)
  await run(cwd, { ...OLD, RIGHT: 'other' }, 3)
  await run(cwd, NEW, 4)
  const asked = await adopt(['--yes'], { cwd })
  expect(asked.code).toBe(2)
  const [, version] = /(#[\w-]{8}) \(2\)/.exec(asked.stderr) ?? []
  expect(await json(['adopt', 'slow', '--yes', '--take', version!], { cwd })).toMatchObject({ adopted: 2 })
  expect(await adopt(['--yes', '--take', '#none'], { cwd })).toMatchObject({ code: 1 })
  expect(await json(['adopt', 'slow', '--yes', '--take', 'all'], { cwd })).toMatchObject({ adopted: 1 })
})

test('results that stand beside each other are copied, and none of the current version is replaced', async () => {
  const cwd = newFolder()
  const beside = { VERSIONS: 'beside' }
  await run(cwd, { ...OLD, ...beside }, 1, 2)
  await run(cwd, { ...NEW, ...beside }, 1)
  expect(await json(['adopt', 'slow', '--yes'], { cwd })).toMatchObject({ adopted: 1, kept: 0 })
  expect(await run(cwd, { ...NEW, ...beside }, 1, 2)).toEqual(['1 with new 0', '2 with old 0'])
  expect(await run(cwd, { ...OLD, ...beside }, 1, 2)).toEqual(['1 with old 0', '2 with old 0'])
})

test('adopt says what is missing', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1)
  const failing = async (args: string[], env: Record<string, string> = OLD) =>
    (await persist(args, { cwd, env })).stderr
  expect(await failing(['adopt', 'sow', '--from', MODULE])).toMatch(/persists no sow, only slow/)
  expect(await failing(['adopt', 'sow'])).toMatch(/Did you mean slow/)
  expect(await failing(['adopt', 'slow', '--from', './none.mjs'])).toMatch(/cannot be loaded/)
  writeFileSync(`${cwd}/slow.unknown`, '')
  expect(await failing(['adopt', 'slow', '--from', './slow.unknown'])).toMatch(/cannot be loaded: .*--import tsx/)
  await run(cwd, { ...OLD, FUNCNAME: 'other' }, 1)
  expect(await failing(['clear', '--all', '--yes'])).toBe('')
  expect([...contents(`${cwd}/persist`).keys()]).toEqual([])
})

test('what functions depend on is copied with them, and is listed as no function', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1)
  expect(await json(['ls'], { cwd })).toMatchObject([{ funcname: 'slow', entries: 1 }])
  expect(await persist(['copy', './persist', './other'], { cwd })).toMatchObject({ code: 0 })
  expect([...contents(`${cwd}/other`).keys()].sort()).toEqual([...contents(`${cwd}/persist`).keys()].sort())
  expect(await persist(['export', 'all.ndjson'], { cwd })).toMatchObject({ code: 0 })
  expect(await persist(['-c', './third', 'import', 'all.ndjson'], { cwd })).toMatchObject({ code: 0 })
  const env = { ...NEW, PERSIST_CACHE: 'file://third' }
  expect((await adopt(['--from', MODULE], { cwd, env })).stderr).toContain('./LEFT.ts differs')
})

test('a result beside others is found by the arguments of its call', async () => {
  const cwd = newFolder()
  const beside = { VERSIONS: 'beside' }
  await run(cwd, { ...OLD, ...beside }, 1)
  await run(cwd, { ...NEW, ...beside }, 1)
  expect((await persist(['get', 'slow', '--args', '[1]'], { cwd })).stdout).toContain('1 with new')
  expect(await json(['rm', 'slow', '--args', '[1]', '--yes'], { cwd })).toMatchObject({
    deleted: [expect.any(String), expect.any(String)],
  })
})

test('rm deletes all results of a call, also one of a time without versions beside each other', async () => {
  const cwd = newFolder()
  await run(cwd, OLD, 1, 2)
  await run(cwd, { ...NEW, VERSIONS: 'beside' }, 1)
  expect(await json(['rm', 'slow', '--args', '[1]', '--yes'], { cwd })).toMatchObject({
    deleted: [expect.any(String), expect.any(String)],
  })
  expect(await run(cwd, OLD, 1, 2)).toEqual(['1 with old 1', '2 with old 1'])
})

test.each<[when: string, method: 'lease' | 'publish', versions: 'replace' | 'beside', deletion: 'clear' | 'tag']>([
  ['before the lease is taken', 'lease', 'beside', 'clear'],
  ['before the lease is taken', 'lease', 'beside', 'tag'],
  ['before the lease is taken', 'lease', 'replace', 'tag'],
  ['before the entry is written', 'publish', 'beside', 'tag'],
  ['before the entry is written', 'publish', 'replace', 'tag'],
])('a result that is deleted %s stays deleted (%s, %s, by %s)', async (_when, method, versions, deletion) => {
  const adapter = memoryStore()
  const store = adapter.open('f')
  const hash = versions === 'beside' ? markedHash('h', sha256('old')) : 'h'
  const entry: Entry = { hash, payload: '1', version: 'old', createdAt: 1, tags: ['a'] }
  store.set(entry)
  const remove = () => {
    if (deletion === 'clear') return store.clear()
    store.tagFence!.record('a')
    return store.deleteByTag!('a')
  }
  const slow = withMethods(store, {
    lease: (...args) => {
      if (method === 'lease') remove()
      const lease = store.lease!(...args)!
      return withMethods(lease, {
        publish: (adopted) => {
          if (method === 'publish') remove()
          return lease.publish(adopted)
        },
      })
    },
  })
  const current = { version: 'new', parts: [] }
  const change = (adopted: Entry, changed: Partial<Entry>) => ({ ...adopted, ...changed })
  const counts = await adoptEntries(adapter, slow as Store, [{ ...entry, bytes: 1 }], current, change)
  expect(counts).toEqual({ adopted: 0, kept: 1 })
  expect([...store.heads()]).toEqual([])
})

/** An object with other methods in the place of some. */
function withMethods<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      const member: unknown = Reflect.get(name in methods ? methods : target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
