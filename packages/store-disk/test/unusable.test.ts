import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PersistError } from '@persist/errors'
import type { Store, StoreAdapter } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'
import { mounted } from './support/mounted.ts'

const HASH = 'a-hash'
const UNAVAILABLE = 'ERR_PERSIST_STORE_UNAVAILABLE'
const FILES = fileURLToPath(new URL('./children/unusable.mjs', import.meta.url))

/** Folders that can be neither read nor made, and what the error has to say. */
const PLACES: Record<string, { place: (room: string) => string; says: RegExp }> = {
  'in /proc, where Node goes round forever': { place: () => '/proc/x/y', says: /\/proc makes no folders/ },
  'under a device': { place: () => '/dev/null/x', says: /ENOTDIR/ },
  'under a file': { place: (room) => join(file(room), 'x', 'y'), says: /ENOTDIR/ },
  'a file itself': { place: (room) => file(room), says: /ENOTDIR/ },
  'a FIFO': {
    place: (room) => {
      execFileSync('mkfifo', [join(room, 'pipe')])
      return join(room, 'pipe')
    },
    says: /ENOTDIR/,
  },
  'a link that leads nowhere': {
    place: (room) => link(room, join(room, 'nowhere')),
    says: /is a link that leads nowhere/,
  },
  'under a link that leads nowhere': {
    place: (room) => join(link(room, join(room, 'nowhere')), 'x'),
    says: /is a link that leads nowhere/,
  },
  'a link to itself': { place: (room) => link(room, join(room, 'link')), says: /ELOOP/ },
  'under a link to itself': { place: (room) => join(link(room, join(room, 'link')), 'x'), says: /ELOOP/ },
  'with a name that is too long': { place: (room) => join(room, 'x'.repeat(300)), says: /ENAMETOOLONG/ },
  'with a path that is too long': { place: (room) => join(room, 'deep/'.repeat(1000)), says: /ENAMETOOLONG/ },
}

describe.each(Object.entries(PLACES))('a folder %s', (_, { place, says }) => {
  test('fails every write with what is really wrong, and nothing hangs', () => {
    const dir = place(newFolder())
    // In a process of its own: a thread that goes round forever cannot be timed.
    const { stdout, error } = spawnSync(process.execPath, [FILES, dir], { encoding: 'utf8', timeout: 20_000 })
    expect(error).toBeUndefined()
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['set', 'lease', 'record', 'ping'])
    for (const line of lines) {
      expect(line).toContain(UNAVAILABLE)
      expect(line).toMatch(says)
      expect(line).not.toMatch(/recursive|mkdir '/)
    }
  })

  test('has nothing to get, or fails in the same way, and a delete or a clear makes nothing', () => {
    const room = newFolder()
    const store = diskStore(place(room)).open('f')
    const before = readdirSync(room)
    for (const method of [
      () => expect(store.get(HASH)).toBeUndefined(),
      () => expect(store.delete(HASH)).toBe(false),
      () => expect(store.clear()).toBe(0),
      () => expect([...store.entries()]).toEqual([]),
      () => store.tagFence!.mark(),
    ]) {
      const code = codeOf(method)
      if (code !== undefined) expect(code).toBe(UNAVAILABLE)
    }
    expect(readdirSync(room)).toEqual(before)
  })
})

test('a folder on a file system that may only be read, and was never made, is unavailable, and says why', (context) => {
  const dir = mounted(context, '-t', 'tmpfs', '-o', 'ro', 'tmpfs')
  const adapter = diskStore(join(dir, 'not', 'there'))
  const store = adapter.open('f')
  expect(store.get(HASH)).toBeUndefined()
  expect(() => store.set(plain(HASH))).toThrow(expect.objectContaining({ code: UNAVAILABLE }))
  expect(() => store.set(plain(HASH))).toThrow(/EROFS/)
  expect(() => adapter.ping!()).toThrow(/EROFS/)
})

test('a folder that may only be read goes on serving what it has, and only a write fails, for itself alone', (context) => {
  const dir = mounted(context, '-t', 'tmpfs', 'tmpfs')
  diskStore(join(dir, 'cache')).open('f').set(plain(HASH))
  execFileSync('mount', ['-o', 'remount,ro', dir])
  const adapter = diskStore(join(dir, 'cache'))
  const store = adapter.open('f')
  expect(codesOfWrites(store)).toEqual(Array(4).fill('ERR_PERSIST_STORE'))
  adapter.ping!()
  expect(store.get(HASH)).toEqual(plain(HASH))
  expect([...store.entries()]).toEqual([plain(HASH)])
  expect(store.delete('none-such')).toBe(false)
})

test('a folder that is out of reach for this user is unavailable, for reading too', () => {
  const dir = newFolder()
  diskStore(dir).open('f').set(plain(HASH))
  chmodSync(dir, 0o700)
  const lines = execFileSync(
    process.execPath,
    [fileURLToPath(new URL('./children/locked-out.mjs', import.meta.url)), dir],
    {
      encoding: 'utf8',
    },
  )
  expect(lines.trim().split('\n')).toEqual([
    `get ${UNAVAILABLE} EACCES`,
    `ping ${UNAVAILABLE} EACCES`,
    `set ${UNAVAILABLE} EACCES`,
  ])
})

test('a folder that could not be made is pinged by making it, and a ping makes nothing before', () => {
  const room = newFolder()
  const target = join(room, 'nowhere')
  const adapter: StoreAdapter<'sync'> = diskStore(join(link(room, target), 'cache'))
  adapter.ping!()
  expect(readdirSync(room)).toEqual(['link'])
  const store = adapter.open('f')
  expect(codesOfWrites(store).slice(0, 3)).toEqual([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE])
  expect(codeOf(() => adapter.ping!())).toBe(UNAVAILABLE)
  mkdirSync(target)
  adapter.ping!()
  expect(existsSync(join(target, 'cache', 'persist.json'))).toBe(true)
  store.set(plain(HASH))
  expect(store.get(HASH)).toEqual(plain(HASH))
})

test('a folder that has become unusable while it was in use is unavailable, and one entry that cannot be read is not', () => {
  const room = newFolder()
  const dir = join(room, 'cache')
  const store = diskStore(dir).open('f')
  store.set(plain(HASH))
  store.set(plain('b-hash'))
  rmSync(dir, { recursive: true })
  writeFileSync(dir, 'a file now')
  expect(codeOf(() => store.get(HASH))).toBe(UNAVAILABLE)
  expect(codeOf(() => store.set(plain(HASH)))).toBe(UNAVAILABLE)
  rmSync(dir)
  store.set(plain('b-hash'))
  expect(store.get('b-hash')).toEqual(plain('b-hash'))
})

test("a file in the place of one function's folder concerns that function alone", () => {
  const dir = newFolder()
  diskStore(dir).open('other').set(plain(HASH))
  writeFileSync(join(dir, 'f'), '')
  expect(codesOfWrites(diskStore(dir).open('f'))[0]).toBe('ERR_PERSIST_STORE')
  expect(diskStore(dir).open('other').get(HASH)).toEqual(plain(HASH))
})

test('a folder that others make at the same time, or remove, is made all the same', () => {
  const room = newFolder()
  const makers = Array.from({ length: 6 }, (_, number) =>
    spawnSync(process.execPath, [FILES, join(room, 'a', 'b', String(number % 2))], { encoding: 'utf8' }),
  )
  for (const { stdout } of makers)
    expect(stdout.trim().split('\n')).toEqual(['set done', 'lease done', 'record done', 'ping done'])
})

function file(room: string): string {
  writeFileSync(join(room, 'file'), 'theirs')
  return join(room, 'file')
}

function link(room: string, target: string): string {
  symlinkSync(target, join(room, 'link'))
  return join(room, 'link')
}

function codesOfWrites(store: Store<'sync'>): (string | undefined)[] {
  return [
    () => store.set(plain(HASH)),
    () => store.lease!('b-hash', 1000),
    () => store.tagFence!.record('red'),
    () => store.delete(HASH),
  ].map((method) => codeOf(method))
}

function codeOf(method: () => unknown): string | undefined {
  try {
    method()
    return undefined
  } catch (error) {
    return (error as PersistError).code
  }
}
