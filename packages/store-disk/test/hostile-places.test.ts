import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PersistError } from '@persist/errors'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

const HASH = 'a-hash'
const child = (name: string) => fileURLToPath(new URL(`./children/${name}.mjs`, import.meta.url))

describe("in an entry's place", () => {
  let dir: string
  let victim: string

  beforeEach(() => {
    dir = newFolder()
    victim = join(newFolder(), 'victim')
    writeFileSync(victim, 'precious')
    diskStore(dir).open('f').set(plain(HASH))
    rmSync(join(dir, 'f', `${HASH}.entry`))
  })

  const PLANTS: Record<string, (path: string, victim: string) => void> = {
    'a symbolic link': (path, victim) => symlinkSync(victim, path),
    'a dangling link': (path) => symlinkSync('/nowhere/at/all', path),
    'a link to itself': (path) => symlinkSync(path, path),
    'a FIFO': (path) => void execFileSync('mkfifo', [path]),
    'a folder that holds something': (path) => {
      mkdirSync(path)
      writeFileSync(join(path, 'theirs'), 'kept')
    },
    'an empty file': (path) => writeFileSync(path, ''),
    'a header that promises 2 GB': (path) =>
      writeFileSync(path, '{"persist":1,"crc32":"00000000-00000000","bytes":2000000000,'),
    'a line that never ends': (path) => writeFileSync(path, 'x'.repeat(300_000)),
    'deep JSON': (path) => writeFileSync(path, `{"persist":1,"crc32":"00000000-00000000","a":${'['.repeat(50_000)}\n`),
  }

  test.each(Object.keys(PLANTS))('%s is a miss that is reported once, harms no file, and is replaced', (plant) => {
    const path = join(dir, 'f', `${HASH}.entry`)
    PLANTS[plant]!(path, victim)
    const problems: PersistError[] = []
    const store = diskStore(dir).open('f', { report: (problem) => void problems.push(problem) })
    for (let look = 0; look < 3; look++) expect(store.get(HASH)).toBeUndefined()
    expect([...store.entries()]).toEqual([])
    expect(problems.map(({ code }) => code)).toEqual(['ERR_PERSIST_ENTRY_DAMAGED'])
    store.set(plain(HASH))
    expect(store.get(HASH)).toEqual(plain(HASH))
    expect(readFileSync(victim, 'utf8')).toBe('precious')
  })

  test.each(Object.keys(PLANTS))('%s is replaced by a set and a publish without a look', (plant) => {
    for (const act of ['set', 'publish'] as const) {
      const path = join(dir, 'f', `${HASH}.entry`)
      rmSync(path, { recursive: true, force: true })
      PLANTS[plant]!(path, victim)
      const store = diskStore(dir).open('f')
      if (act === 'set') store.set(plain(HASH))
      else expect(store.lease!(HASH, 1000)!.publish(plain(HASH))).toBe(true)
      expect(store.get(HASH)).toEqual(plain(HASH))
      expect(readFileSync(victim, 'utf8')).toBe('precious')
    }
  })

  test.each(Object.keys(PLANTS))('%s stands in the way of no delete, clear, stats or prune', (plant) => {
    for (const act of [
      () => diskStore(dir).open('f').delete(HASH),
      () => diskStore(dir).open('f').clear(),
      () => diskStore(dir).open('f').stats(),
      () => diskStore(dir).open('f').prune(0, { maxEntries: 0 }),
    ]) {
      const path = join(dir, 'f', `${HASH}.entry`)
      rmSync(path, { recursive: true, force: true })
      PLANTS[plant]!(path, victim)
      act()
      expect(readFileSync(victim, 'utf8')).toBe('precious')
    }
  })
})

test('a symbolic link in the place of a namespace is refused, and what it points at is left alone', () => {
  const dir = newFolder()
  const target = newFolder()
  diskStore(dir).open('other').set(plain(HASH))
  symlinkSync(target, join(dir, 'f'))
  const refusal = expect.objectContaining({ code: 'ERR_PERSIST_STORE' })
  expect(() => diskStore(dir).open('f').set(plain(HASH))).toThrow(refusal)
  expect(() => diskStore(dir).open('f').get(HASH)).toThrow(refusal)
  expect(readdirSync(target)).toEqual([])
})

test('another user who may only read gets the values, and an error that says so from everything else', () => {
  const dir = newFolder()
  diskStore(dir).open('f').set(plain(HASH))
  chmodSync(dir, 0o755)
  const lines = execFileSync(process.execPath, [child('as-other-user'), dir], { encoding: 'utf8' })
    .trim()
    .split('\n')
  expect(lines).toEqual([`get payload of ${HASH}`, ...Array(4).fill('ERR_PERSIST_STORE EACCES')])
  expect(diskStore(dir).open('f').get(HASH)).toEqual(plain(HASH))
})

test('a process without a file descriptor left fails with an error that says so, and works again with one', () => {
  const dir = newFolder()
  diskStore(dir).open('f').set(plain(HASH))
  const command = `ulimit -n 64; exec "${process.execPath}" "${child('many-files')}" "${dir}"`
  const out = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
  const failed = 'ERR_PERSIST_STORE_BUSY:EMFILE'
  expect(out.trim()).toBe(`${failed} ${failed} ${failed} payload of ${HASH} b`)
})

test("an entry's file that was copied to another name or another namespace is no entry", () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  store.set(plain(HASH))
  diskStore(dir).open('g').set(plain('other'))
  const file = readFileSync(join(dir, 'f', `${HASH}.entry`))
  writeFileSync(join(dir, 'f', 'copied.entry'), file)
  writeFileSync(join(dir, 'g', `${HASH}.entry`), file)
  expect(store.get('copied')).toBeUndefined()
  expect(diskStore(dir).open('g').get(HASH)).toBeUndefined()
  expect([...store.heads()].map(({ hash }) => hash)).toEqual([HASH])
  expect([...diskStore(dir).open('g').heads()].map(({ hash }) => hash)).toEqual(['other'])
})

test('a damaged entry is kept aside for a later look', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  store.set(plain(HASH))
  writeFileSync(join(dir, 'f', `${HASH}.entry`), 'spoiled')
  expect(store.get(HASH)).toBeUndefined()
  expect(existsSync(join(dir, 'f', `${HASH}.entry`))).toBe(false)
  const [kept] = readdirSync(join(dir, '.persist', 'quarantine'))
  expect(readFileSync(join(dir, '.persist', 'quarantine', kept!), 'utf8')).toBe('spoiled')
})
