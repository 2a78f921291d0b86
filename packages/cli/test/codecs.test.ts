import { join } from 'node:path'
import { persist as memoize } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { json, newFolder, persist } from './support/command.ts'
import { contents } from './support/filled.ts'

const KEY = 'A'.repeat(43)
const OTHER = 'B'.repeat(43)
const TEXT = 'the same sentence again and again. '.repeat(100)

/** A folder whose cache has a compressed result, an encrypted one under each key, and one as it is. */
function coded(): string {
  const folder = newFolder()
  const cache = diskStore(join(folder, 'persist'))
  const make = (funcname: string, options: object) =>
    memoize((_: number) => TEXT, { funcname, cache, storekey: true, ...options })
  make('packed', { compress: true })(1)
  make('secret', { encrypt: KEY, compress: true })(1)
  make('theirs', { encrypt: OTHER })(1)
  memoize((x: number) => x, { funcname: 'plain', cache })(1)
  cache.close()
  return folder
}

const withKey = (cwd: string) => ({ cwd, env: { PERSIST_ENCRYPT: KEY } })

test('show and get decompress', async () => {
  const cwd = coded()
  const shown = await persist(['show', 'packed', '--args', '[1]'], { cwd })
  expect(shown.stdout).toMatch(/^codecs +utf8, gzip$/m)
  expect((await persist(['get', 'packed', '--args', '[1]'], { cwd })).stdout).toBe(`${TEXT}\n`)
})

test('show and get decrypt with a key of PERSIST_ENCRYPT', async () => {
  const cwd = coded()
  const shown = await json(['show', 'secret', '--args', '[1]'], withKey(cwd))
  expect(shown).toMatchObject({
    key: [1],
    value: TEXT,
    codecs: ['utf8', 'gzip', expect.stringMatching(/^aes-256-gcm:/)],
  })
  const both = { cwd, env: { PERSIST_ENCRYPT: `${OTHER}, ${KEY}` } }
  expect((await persist(['get', 'secret', '--args', '[1]'], both)).stdout).toBe(`${TEXT}\n`)
  expect((await persist(['get', 'theirs', '--args', '[1]'], both)).stdout).toBe(`${TEXT}\n`)
  expect((await persist(['show', 'secret'], withKey(cwd))).stdout).toContain('[ 1 ]')
})

test.each([
  ['without a key', {}],
  ['with another key', { PERSIST_ENCRYPT: OTHER }],
])('%s, show says which key is missing, and get ends with 1', async (_, env) => {
  const cwd = coded()
  const shown = await persist(['show', 'secret', '--args', '[1]'], { cwd, env })
  expect(shown).toMatchObject({ code: 1, stderr: expect.stringContaining('is encrypted under the key') })
  expect(shown.stdout).toMatch(/^codecs +utf8, gzip, aes-256-gcm:/m)
  expect(await persist(['get', 'secret', '--args', '[1]'], { cwd, env })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('set its key as PERSIST_ENCRYPT'),
  })
  expect((await persist(['show', 'secret'], { cwd, env })).stdout).toMatch(/encrypted$/m)
})

test('verify checks what it can decrypt, and never takes another key for damage', async () => {
  const cwd = coded()
  expect(await json(['verify'], { cwd })).toMatchObject({ checked: 4, encrypted: 2, findings: [] })
  expect(await persist(['verify'], withKey(cwd))).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^3 entries sound, 0 not\n1 entry not checked, encrypted under a key not given/),
  })
})

test('verify finds an encrypted entry that was moved, and a codec that is not known here', async () => {
  const cwd = coded()
  const store = diskStore(join(cwd, 'persist'))
  const [secret] = [...store.open('secret').entries()]
  store.open('secret').set({ ...secret!, hash: 'moved' })
  const [packed] = [...store.open('packed').entries()]
  store.open('packed').set({ ...packed!, hash: 'future', codecs: ['utf8', 'lzma'] })
  expect(await json(['verify', '--repair', '--yes'], withKey(cwd))).toMatchObject({
    findings: [
      { funcname: 'packed', hash: 'future', kind: 'problem' },
      { funcname: 'secret', hash: 'moved', kind: 'damaged' },
    ],
    repaired: 1,
  })
  expect([...contents(join(cwd, 'persist')).keys()]).toContain('packed future')
})

test('copy, export and import keep entries as they are stored', async () => {
  const cwd = coded()
  expect(await persist(['copy', 'file://persist', 'file://copy', '--check'], { cwd })).toMatchObject({ code: 0 })
  expect(contents(join(cwd, 'copy'))).toEqual(contents(join(cwd, 'persist')))
  await persist(['export', 'all.ndjson'], { cwd })
  await persist(['-c', 'file://imported', 'import', 'all.ndjson'], { cwd })
  expect(contents(join(cwd, 'imported'))).toEqual(contents(join(cwd, 'persist')))
})

test('adopt encrypts an entry again, and without its key leaves it', async () => {
  const cwd = newFolder()
  const cache = diskStore(join(cwd, 'persist'))
  const text = (value: string) => ({
    name: 'text',
    read: () => ({ digest: value, parts: [{ name: 'text', digest: value }] }),
  })
  const same = (x: number) => x
  const make = (digest: string) =>
    memoize(same, { funcname: 'f', cache, encrypt: KEY, dependsOn: [text(digest)] as never })
  make('1')(5)
  make('2')(6)
  const before = contents(join(cwd, 'persist'))
  expect(await persist(['adopt', 'f', '--yes'], { cwd })).toMatchObject({ code: 1 })
  expect(contents(join(cwd, 'persist'))).toEqual(before)
  expect(await json(['adopt', 'f', '--yes'], withKey(cwd))).toMatchObject({ adopted: 1 })
  expect(make('2').peek(5)).toBe(5)
})

test('a key that is none ends the command, which does not print it', async () => {
  const cwd = coded()
  const env = { PERSIST_ENCRYPT: 'hunter2' }
  const ended = await persist(['get', 'secret', '--args', '[1]'], { cwd, env })
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('32 random bytes') })
  expect(ended.stderr).not.toContain('hunter2')
})
