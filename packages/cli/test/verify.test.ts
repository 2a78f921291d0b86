import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { persist as memoize } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { expect, test } from 'vitest'
import { spoil as spoilRecord } from '../../store-lmdb/test/support/spoil.ts'
import { json, newFolder, persist } from './support/command.ts'
import { contents, FULL, filled, spoil } from './support/filled.ts'
import { onTerminal, typed } from './support/terminal.ts'

const MISPLACED = { hash: 'Nq2JN3MQzAmk7WRCWULnkHPZoxvgZnEKGGWYLp9Wuic', payload: '{"v":1,"json":5}', createdAt: 1 }

test('a good cache has no findings', async () => {
  const cwd = filled()
  expect(await json(['verify'], { cwd })).toEqual({ checked: 12, foreign: 0, repaired: 0, replaced: 0, findings: [] })
  expect(await persist(['verify'], { cwd })).toMatchObject({ code: 0, stdout: '12 entries sound, 0 not\n' })
})

test('a damaged entry is found, and moved to quarantine by --repair', async () => {
  const cwd = filled()
  const file = join(cwd, 'persist', 'odd', 'full.entry')
  spoil(file)
  const found = await persist(['verify'], { cwd })
  expect(found).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^damaged +odd full .*\n11 entries sound, 1 not\n$/),
  })
  expect(existsSync(file)).toBe(true)
  expect(await persist(['verify', '--repair'], { cwd })).toMatchObject({ code: 2 })
  expect(existsSync(file)).toBe(true)

  expect(await json(['verify', '--repair', '--yes'], { cwd })).toMatchObject({
    checked: 11,
    repaired: 1,
    findings: [{ funcname: 'odd', hash: 'full', kind: 'damaged' }],
  })
  expect(existsSync(file)).toBe(false)
  expect(readdirSync(join(cwd, 'persist', '.persist', 'quarantine'))).toHaveLength(1)
  expect(await persist(['verify'], { cwd })).toMatchObject({ code: 0 })
})

test('a damaged file with a name that no entry can have stays, and keeps no other one from being repaired', async () => {
  const cwd = filled()
  const folder = join(cwd, 'persist', 'odd')
  spoil(join(folder, 'full.entry'))
  for (const name of ['.hidden.entry', 'con.entry']) copyFileSync(join(folder, 'full.entry'), join(folder, name))
  const repaired = await persist(['verify', '--repair', '--yes'], { cwd })
  expect(repaired).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('11 entries sound, 3 not, 1 put in quarantine'),
  })
  expect(repaired.stderr.match(/has a name that no entry can have/g)).toHaveLength(2)
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['.hidden.entry', 'con.entry']))
  expect(existsSync(join(folder, 'full.entry'))).toBe(false)
})

test('an entry whose key belongs under another hash is found, and can be restored from the quarantine', async () => {
  const cwd = newFolder()
  const store = diskStore(join(cwd, 'persist')).open('double')
  store.set({ ...MISPLACED, key: '{"v":1,"json":[2]}' })
  store.set({ ...FULL, keyDigest: 'of another key' })
  const findings = [
    { funcname: 'double', kind: 'mismatch' },
    { funcname: 'double', kind: 'mismatch' },
  ]
  expect(await json(['verify'], { cwd })).toMatchObject({ checked: 2, findings })
  expect(await json(['verify', '--repair', '-y', '--quarantine', 'q.ndjson'], { cwd })).toMatchObject({ repaired: 2 })
  expect(contents(join(cwd, 'persist')).size).toBe(0)
  expect(await json(['import', 'q.ndjson'], { cwd })).toMatchObject({ copied: 2, bad: 0, truncated: false })
  expect(store.get(FULL.hash)).toEqual({ ...FULL, keyDigest: 'of another key' })
})

test('a correct key is not a mismatch', async () => {
  const cwd = newFolder()
  diskStore(join(cwd, 'persist'))
    .open('double')
    .set({ ...MISPLACED, key: '{"v":1,"json":[1]}' })
  expect(await persist(['verify'], { cwd })).toMatchObject({ code: 0 })
})

test('a key of a result that is kept beside those of other versions is no mismatch', async () => {
  const cwd = newFolder()
  const cache = diskStore(join(cwd, 'persist'))
  const double = memoize((n: number) => 2 * n, {
    funcname: 'double',
    cache,
    storekey: true,
    version: '1',
    versions: 'beside',
  })
  double(1)
  const found = await json(['verify', '--repair', '-y'], { cwd })
  expect(found).toMatchObject({ checked: 1, repaired: 0, findings: [] })
})

test('an entry with an unknown pickle is not damaged', async () => {
  const cwd = newFolder()
  const store = diskStore(join(cwd, 'persist')).open('own')
  store.set({
    hash: 'one',
    payload: '{"v":1,"json":{"x":1},"meta":{"values":[["custom","Point"]],"v":1}}',
    createdAt: 1,
  })
  store.set({ hash: 'two', payload: 'plain text', createdAt: 1 })
  expect(await json(['verify', '--repair', '-y'], { cwd })).toEqual({
    checked: 2,
    foreign: 1,
    repaired: 0,
    replaced: 0,
    findings: [],
  })
})

test('an entry sealed with another secret is reported and never moved', async () => {
  const cwd = newFolder()
  diskStore(join(cwd, 'persist'), { secret: 'right' }).open('f').set(FULL)
  expect(await json(['verify'], { cwd, env: { PERSIST_SECRET: 'right' } })).toMatchObject({ checked: 1, findings: [] })
  const unsealed = await persist(['verify', '--repair', '-y'], { cwd })
  expect(unsealed).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/0 entries sound, 1 not, 0 put in quarantine/),
  })
  const wrong = await persist(['verify', '--repair', '-y'], { cwd, env: { PERSIST_SECRET: 'wrong' } })
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/is it the right one/) })
  expect(existsSync(join(cwd, 'persist', 'f', 'full.entry'))).toBe(true)
})

test('a copied file is neither an entry nor damaged', async () => {
  const cwd = filled()
  const folder = join(cwd, 'persist', 'odd')
  copyFileSync(join(folder, 'full.entry'), join(folder, 'copy.entry'))
  expect(await json(['verify', 'odd'], { cwd })).toMatchObject({ checked: 4, findings: [] })
})

test('a damaged entry is deleted in a store that has no quarantine of its own', async () => {
  const cwd = newFolder()
  const dir = join(cwd, 'cache')
  const adapter = lmdbStore(dir)
  adapter.open('f').set(FULL)
  adapter.open('f').set({ ...FULL, hash: 'sound' })
  adapter.close()
  await spoilRecord(dir, 'f', 'full', (record) => record.fill(7, 40))
  expect(await json(['-c', 'lmdb://cache', 'verify', '--repair', '-y'], { cwd })).toMatchObject({
    checked: 1,
    repaired: 1,
  })
  expect(await persist(['-c', 'lmdb://cache', 'verify'], { cwd })).toMatchObject({
    code: 0,
    stdout: '1 entry sound, 0 not\n',
  })
})

onTerminal('while the question is open', () => {
  test('an entry that is replaced by a good one is kept', async () => {
    const cwd = newFolder()
    const store = diskStore(join(cwd, 'persist')).open('double')
    const wrong = { ...MISPLACED, key: '{"v":1,"json":[2]}' }
    const right = { ...MISPLACED, key: '{"v":1,"json":[1]}', createdAt: 2 }
    const others = ['other', 'gone'].map((hash) => ({ ...wrong, hash }))
    for (const entry of [wrong, ...others]) store.set(entry)
    const ask = ['verify', '--repair', '--quarantine', 'q.ndjson']
    const { stdout, code } = await typed(ask, [['[y/N]', 'y\r']], {
      cwd,
      beforeAnswer: () => {
        store.set(right)
        store.delete('gone')
      },
    })
    expect(stdout).toMatch(/0 entries sound, 3 not, 1 put in quarantine/)
    expect(stdout).toMatch(/2 entries replaced or deleted in the meantime/)
    expect(code).toBe(0)
    expect(store.get(MISPLACED.hash)).toEqual(right)
    expect(await json(['-c', 'back', 'import', 'q.ndjson'], { cwd })).toMatchObject({ copied: 1, truncated: false })
    expect([...contents(join(cwd, 'back')).keys()]).toEqual(['double other'])
  })
})

test.each(['file', 'lmdb'])(
  '--repair of a %s cache leaves an entry to the computation of it that runs',
  async (scheme) => {
    const cwd = newFolder()
    const dir = join(cwd, 'cache')
    const adapter = scheme === 'file' ? diskStore(dir) : lmdbStore(dir)
    const store = adapter.open('double')
    const wrong = { ...MISPLACED, key: '{"v":1,"json":[2]}' }
    store.set(wrong)
    const lease = store.lease!(wrong.hash, 60_000)!
    const repair = ['-c', `${scheme}://${dir}`, 'verify', '--repair', '-y', '--quarantine', 'q.ndjson']
    expect(await persist(repair, { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is being computed at this moment/),
    })
    const right = { ...MISPLACED, key: '{"v":1,"json":[1]}', createdAt: 2 }
    expect(lease.publish(right)).toBe(true)
    expect(await persist(repair, { cwd })).toMatchObject({ code: 0 })
    expect(store.get(wrong.hash)).toEqual(right)
    adapter.close()
  },
)

test('the entries stay if the quarantine file cannot be written', async () => {
  const cwd = newFolder()
  diskStore(join(cwd, 'persist'))
    .open('double')
    .set({ ...MISPLACED, key: '{"v":1,"json":[2]}' })
  expect(await persist(['verify', '--repair', '-y', '--quarantine', 'no/such/file'], { cwd })).toMatchObject({
    code: 4,
  })
  expect(contents(join(cwd, 'persist')).size).toBe(1)
})
