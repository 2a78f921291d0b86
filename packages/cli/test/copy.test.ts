import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStore } from '@persist/core'
import type { Entry, StoreAdapter } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, describe, expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { countDiffering } from '../src/transfer/compare.ts'
import { writeEntry } from '../src/transfer/write-entry.ts'
import { COMMAND, ENDLESS_STORE, execute, json, newFolder, OWN_STORE, persist } from './support/command.ts'
import { contents, FULL, filled, spoil } from './support/filled.ts'

test('a copy of a folder has the same entries, and no entry is written twice', async () => {
  const cwd = filled()
  expect(await json(['copy', 'persist', 'file://other', '--check'], { cwd })).toEqual({
    copied: 12,
    same: 0,
    kept: 0,
    busy: 0,
    failed: 0,
    bytes: expect.any(Number),
    damaged: 0,
    interrupted: false,
    differing: 0,
  })
  expect(contents(join(cwd, 'other'))).toEqual(contents(join(cwd, 'persist')))
  expect(await persist(['copy', 'persist', 'other'], { cwd })).toMatchObject({
    code: 0,
    stdout: '0 entries copied (0 B), 12 were there already\n',
  })
})

test('a copy in the layout of pypersist has the same entries, and reading it changes nothing', async () => {
  const cwd = filled()
  const python = 'file://python?layout=pypersist'
  expect(await json(['copy', 'persist', python, '--check'], { cwd })).toMatchObject({ copied: 12, differing: 0 })
  expect(await json(['copy', python, 'back', '--check'], { cwd })).toMatchObject({ copied: 12, differing: 0 })
  expect(contents(join(cwd, 'back'))).toEqual(contents(join(cwd, 'persist')))
  // Files of a program that died while it wrote.
  writeFileSync(join(cwd, 'python', 'odd', 'left.out'), 'half')
  writeFileSync(join(cwd, 'python', 'odd', 'left.lock'), '')
  utimesSync(join(cwd, 'python', 'odd', 'left.lock'), 1, 1)
  const before = readdirSync(cwd, { recursive: true }).sort()
  expect(await persist(['-c', python, 'verify'], { cwd })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/12 entries sound, 1 not/),
  })
  expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(before)
  expect(await json(['-c', python, 'verify', '--repair', '-y'], { cwd })).toMatchObject({ checked: 12, repaired: 1 })
  expect(await json(['-c', python, 'ls', 'odd'], { cwd })).toMatchObject([{ entries: 4 }])
})

test('only the named functions are copied', async () => {
  const cwd = filled()
  await persist(['copy', 'persist', 'other', '-f', 'double', 'a/b: bytes'], { cwd })
  expect([...contents(join(cwd, 'other')).keys()].every((name) => /^(double|a\/b: bytes) /.test(name))).toBe(true)
  expect(contents(join(cwd, 'other')).size).toBe(6)
})

test('a store is not copied into itself', async () => {
  const cwd = filled()
  expect(await persist(['copy', 'persist', './persist/'], { cwd })).toMatchObject({ code: 2 })
})

test.each([
  ['newer', 'newer wins', 'stays'],
  ['source', 'newer wins', 'older wins'],
  ['target', 'stays', 'stays'],
])('--winner %s decides between two entries of one hash', async (winner, one, two) => {
  const cwd = newFolder()
  const [from, to] = [diskStore(join(cwd, 'a')).open('f'), diskStore(join(cwd, 'b')).open('f')]
  from.set({ hash: 'one', payload: 'newer wins', createdAt: 2 })
  to.set({ hash: 'one', payload: 'stays', createdAt: 1 })
  from.set({ hash: 'two', payload: 'older wins', createdAt: 1 })
  to.set({ hash: 'two', payload: 'stays', createdAt: 2 })
  await persist(['copy', 'a', 'b', '--winner', winner], { cwd })
  expect(to.get('one')?.payload).toBe(one)
  expect(to.get('two')?.payload).toBe(two)
})

test('damaged entries and refused entries are reported, and all others are copied', async () => {
  const cwd = filled()
  spoil(join(cwd, 'persist', 'odd', 'full.entry'))
  const env = { OWN_STORE_DIR: join(cwd, 'own') }
  // A valid hash in LMDB that is not a valid file name.
  await persist(['copy', 'persist', 'lmdb://odd'], { cwd })
  const { lmdbStore } = await import('@persist/store-lmdb')
  const lmdb = lmdbStore(join(cwd, 'odd'))
  lmdb.open('odd').set({ hash: 'a/b', payload: 'x', createdAt: 1 })
  lmdb.close()
  const { code, stdout, stderr } = await persist(['copy', 'lmdb://odd', 'own://target', '--store', OWN_STORE], {
    cwd,
    env,
  })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^11 entries copied .*, 1 refused\n$/)
  expect(stderr).toMatch(/odd a\/b: /)
  const damaged = await persist(['copy', 'persist', 'again'], { cwd })
  expect(damaged.code).toBe(1)
  expect(damaged.stdout).toMatch(/^11 entries copied .*, 1 damaged in the source\n$/)
})

describe('a store of the user', () => {
  test('can be the source and the target of a copy, and needs the names of functions if it cannot list them', async () => {
    const cwd = filled()
    const store = ['--store', OWN_STORE]
    expect(await json(['copy', 'persist', 'own://mine', ...store], { cwd })).toMatchObject({ copied: 12 })
    expect(await persist(['copy', 'own://mine', 'back', ...store], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot list its functions/),
    })
    const names = ['double', 'rich', 'a/b: bytes', 'odd']
    expect(await json(['copy', 'own://mine', 'back', ...store, '-f', ...names, '--check'], { cwd })).toMatchObject({
      copied: 12,
      differing: 0,
    })
    expect(contents(join(cwd, 'back'))).toEqual(contents(join(cwd, 'persist')))
  })

  test('is the cache if the module exports one', async () => {
    const cwd = newFolder()
    diskStore(join(cwd, 'own')).open('odd').set(FULL)
    diskStore(join(cwd, 'own-2'))
      .open('odd')
      .set({ ...FULL, hash: 'other' })
    expect(await json(['ls', 'odd', '--store', OWN_STORE], { cwd })).toMatchObject([{ funcname: 'odd', entries: 1 }])
    expect(await json(['show', 'odd', '--store', OWN_STORE, '-c', 'store://make'], { cwd })).toMatchObject([
      { hash: 'other' },
    ])
    for (const url of ['store://nothing', 'store://absent']) {
      expect(await persist(['ls', 'odd', '--store', OWN_STORE, '-c', url], { cwd })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/exports no store/),
      })
    }
    expect(await persist(['ls', '--store', './absent.mjs'], { cwd })).toMatchObject({ code: 2 })
    expect(await persist(['ls', '--store', 'no-such-package'], { cwd })).toMatchObject({ code: 2 })
  })
})

test('a copy that was stopped with Ctrl-C continues, and writes no entry twice', async () => {
  const cwd = newFolder()
  const source = diskStore(join(cwd, 'persist')).open('many')
  for (let n = 0; n < 400; n++) source.set({ hash: `hash-${n}`, payload: `${n}`, createdAt: n })
  const log = join(cwd, 'log')
  const args = ['copy', 'persist', 'own://target', '--store', OWN_STORE]
  const env = { OWN_STORE_LOG: log, OWN_STORE_MS: '30' }
  const written = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])

  const stopped = await persist(args, { cwd, env, interruptWhen: () => written().length >= 64 })
  expect(stopped).toMatchObject({ code: 130, stderr: expect.stringMatching(/run the same command again/) })
  const before = written().length
  expect(before).toBeLessThan(400)

  const { code, stdout } = await persist(args, { cwd, env: { ...env, OWN_STORE_MS: '0' } })
  expect(code).toBe(0)
  expect(stdout).toContain(`${400 - before} entries copied`)
  expect(new Set(written()).size).toBe(400)
  expect(written()).toHaveLength(400)
  expect(contents(join(cwd, 'target'))).toEqual(contents(join(cwd, 'persist')))
})

test.skipIf(process.platform === 'win32').each([
  ['a copy', 'copy store://endless store://nowhere'],
  ['an export into a file of the shell', '-c store://endless export -'],
])('Ctrl-C stops %s of a store that answers without a turn of the event loop', async (_, args) => {
  const cwd = newFolder()
  const begun = join(cwd, 'begun')
  const options = { cwd, env: { ENDLESS_BEGUN: begun }, interruptWhen: () => existsSync(begun) }
  const run = `exec "$0" "$1" --store "$2" ${args} > answer`
  const ended = await execute('sh', ['-c', run, process.execPath, COMMAND, ENDLESS_STORE], options)
  expect(ended).toMatchObject({ code: 130 })
})

test('a comparison counts an entry that the target refuses, and takes one question for many entries', async () => {
  const cwd = newFolder()
  const source = lmdbStore(join(cwd, 'from')).open('f')
  for (let n = 0; n < 100; n++) source.set({ hash: `hash-${n}`, payload: `${n}`, createdAt: n })
  source.set({ hash: 'h'.repeat(300), payload: 'its hash is no name of a file', createdAt: 1 })
  const args = ['copy', `lmdb://${join(cwd, 'from')}`, 'file://to', '--check']
  expect(await json(args, { cwd })).toMatchObject({ copied: 100, failed: 1, differing: 1 })
  const questions: number[] = []
  const target = diskStore(join(cwd, 'to'))
  const asked = {
    ...target,
    checkHash: target.checkHash!.bind(target),
    supports: { ...target.supports, many: true },
    open: (funcname: string) => ({
      getMany(hashes: readonly string[]) {
        questions.push(hashes.length)
        return hashes.map((hash) => target.open(funcname).get(hash))
      },
    }),
  } as unknown as StoreAdapter
  async function* items() {
    for await (const entry of source.entries()) yield { funcname: 'f', entry }
  }
  const signal = new AbortController().signal
  expect(await countDiffering(items(), asked, { signal, progress: () => {} })).toBe(1)
  expect(questions.length).toBeLessThan(4)
  expect(questions.reduce((a, b) => a + b)).toBe(100)
})

describe('a running computation in the target', () => {
  const OLD = { hash: 'h', payload: 'old', createdAt: 1, expiresAt: 2 }
  const RESULT = { hash: 'h', payload: 'result', createdAt: Date.now() }

  function computing(cwd: string, entry: Entry) {
    diskStore(join(cwd, 'a')).open('f').set(entry)
    const store = diskStore(join(cwd, 'b')).open('f')
    return { store, lease: store.lease!('h', 60_000)! }
  }

  test.each(['newer', 'source', 'target'])(
    'keeps its lease if the copied entry is expired: --winner %s',
    async (winner) => {
      const cwd = newFolder()
      const { store, lease } = computing(cwd, OLD)
      expect(await persist(['copy', 'a', 'b', '--winner', winner], { cwd })).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^0 entries copied \(0 B\), 1 left out: the target computes them now/),
      })
      expect(lease.publish(RESULT)).toBe(true)
      expect(store.get('h')).toEqual(RESULT)
      expect(await persist(['copy', 'a', 'b'], { cwd })).toMatchObject({ code: 0 })
      expect(store.get('h')).toEqual(RESULT)
    },
  )

  test('keeps its lease if the copied entry is good, except with --winner source', async () => {
    const cwd = newFolder()
    const good = { hash: 'h', payload: 'good', createdAt: 5 }
    const { store, lease } = computing(cwd, good)
    expect(await json(['copy', 'a', 'b'], { cwd })).toMatchObject({ copied: 0, busy: 1 })
    expect(await json(['copy', 'a', 'b', '--winner', 'source'], { cwd })).toMatchObject({ copied: 1, busy: 0 })
    expect(lease.publish(RESULT)).toBe(false)
    expect(store.get('h')).toEqual(good)
  })

  test('keeps its lease during an import', async () => {
    const cwd = newFolder()
    const { store, lease } = computing(cwd, OLD)
    await persist(['-c', 'a', 'export', 'all'], { cwd })
    expect(await persist(['-c', 'b', 'import', 'all'], { cwd })).toMatchObject({ code: 1 })
    expect(lease.publish(RESULT)).toBe(true)
    expect(store.get('h')).toEqual(RESULT)
  })

  test('does not wait after a copy, which leaves no lease', async () => {
    const cwd = filled()
    await persist(['copy', 'persist', 'other'], { cwd })
    const store = diskStore(join(cwd, 'other')).open('odd')
    for (const hash of ['full', 'half', 'raw', 'gone']) expect(store.lease!(hash, 1000)).toBeDefined()
  })

  test('may publish before a copy has the lease: then the newer entry stays', async () => {
    const target = memoryStore()
    const store = target.open('f')
    const published = { ...RESULT, createdAt: 3 }
    store.set(published)
    // The copy read the target before that.
    const delivery = { target, store, winner: 'newer', now: 10 } as const
    expect(await writeEntry({ ...OLD, createdAt: 2 }, undefined, delivery)).toBe('kept')
    expect(store.get('h')).toEqual(published)
    expect(await writeEntry({ ...OLD, createdAt: 4 }, undefined, delivery)).toBe('copied')
  })
})

test('a copy into a store without leases leaves a newer entry that came after its first look', async () => {
  const memory = memoryStore()
  const target = { ...memory, supports: { ...memory.supports, lease: false } }
  const store = target.open('f')
  const newer = { hash: 'h', payload: 'newer', createdAt: 3 }
  store.set(newer)
  const delivery = { target, store, winner: 'newer', now: 10 } as const
  expect(await writeEntry({ hash: 'h', payload: 'older', createdAt: 2 }, undefined, delivery)).toBe('kept')
  expect(store.get('h')).toEqual(newer)
  expect(await writeEntry({ hash: 'h', payload: 'newest', createdAt: 4 }, newer, delivery)).toBe('copied')
})

withMongo('a folder and MongoDB', (url) => {
  const mongo = `${url}test-cli-${randomBytes(6).toString('hex')}`
  afterAll(async () => {
    const adapter = mongoStore(mongo)
    for await (const name of adapter.namespaces!()) await adapter.open(name).clear()
    await adapter.close()
  })

  test('have the same entries after a copy there and back', async () => {
    const cwd = filled()
    // The server deletes an entry that has expired, at any moment.
    await persist(['rm', 'odd', 'gone', '-y'], { cwd })
    expect(await json(['copy', 'persist', mongo, '--check'], { cwd })).toMatchObject({ copied: 11, differing: 0 })
    expect(await json(['copy', mongo, 'back', '--check'], { cwd })).toMatchObject({ copied: 11, differing: 0 })
    expect(contents(join(cwd, 'back'))).toEqual(contents(join(cwd, 'persist')))
    expect(await json(['copy', 'persist', mongo], { cwd })).toMatchObject({ copied: 0, same: 11 })
    expect(await json(['-c', mongo, 'ls'], { cwd })).toMatchObject([
      { funcname: 'a/b: bytes', entries: 1 },
      { funcname: 'double', entries: 5 },
      { funcname: 'odd', entries: 3 },
      { funcname: 'rich', entries: 2 },
    ])
    expect(await json(['-c', mongo, 'get', 'double', '--args', '[4]'], { cwd })).toBe(8)
  })

  test('a copy that is run again takes over the leases of one that was killed', async () => {
    const cwd = newFolder()
    const source = diskStore(join(cwd, 'persist')).open('killed')
    const killed = mongoStore(mongo)
    for (const hash of ['a', 'b']) {
      source.set({ hash, payload: hash, createdAt: 1 })
      // Never renewed.
      await killed.open('killed').lease!(hash, 3000)
    }
    await killed.close()
    const run = () => json(['copy', 'persist', mongo], { cwd }) as Promise<{ readonly busy: number }>
    expect(await run()).toMatchObject({ copied: 0, busy: 2 })
    for (let runs = 0; runs < 10 && (await run()).busy > 0; runs++);
    expect(await json(['copy', 'persist', mongo, '--check'], { cwd })).toMatchObject({ same: 2, differing: 0 })
  })

  test('a password is never printed', async () => {
    const secret = mongo.replace('://', '://me:hunter2@')
    for (const args of [['ls'], ['stats'], ['show', 'f'], ['verify']]) {
      const { stdout, stderr } = await persist(['-c', secret, ...args], { cwd: newFolder() })
      expect(stdout + stderr).not.toContain('hunter2')
    }
  })
})
