import { createHash } from 'node:crypto'
import fs, { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PersistError } from '@persist/errors'
import { markedHash } from '@persist/store/kit'
import { diskStore, type FileSystem } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { entryName } from '../src/folder/entry-name.ts'
import { failure } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

// Another program keeps files in the folder of a function, with names like those of entries.
const THEIRS: Record<string, string> = {
  '2024.entry': 'a ledger',
  'empty.entry': '',
  'json.entry': '{"entry":1}\n',
  'nearly.entry': '{"persisted":true}\n',
  'draft of 2025.entry': '{"persist" :1}',
  'notes.txt': 'notes',
}

const DIGEST = createHash('sha256').update('x').digest('base64url')

let dir: string
const problems: PersistError[] = []
const open = (bounds = {}) =>
  diskStore(dir).open('export', { bounds, report: (problem) => void problems.push(problem) })

beforeEach(() => {
  dir = newFolder()
  problems.length = 0
  mkdirSync(join(dir, 'export'))
  for (const [name, text] of Object.entries(THEIRS)) writeFileSync(join(dir, 'export', name), text)
})

describe("other people's files in a function's folder, called as entries are", () => {
  test('are in no listing and no count, and nothing is reported', () => {
    const store = open()
    store.set(plain('ours'))
    expect([...store.entries()]).toEqual([plain('ours')])
    expect([...store.heads()].map(({ hash }) => hash)).toEqual(['ours'])
    expect(store.stats().entries).toBe(1)
    expect(problems).toEqual([])
  })

  test('stay when the store is cleared, pruned, or full', () => {
    const store = open({ maxEntries: 3, maxBytes: 2000 })
    for (let number = 0; number < 60; number++) store.set(plain(`ours-${number}`))
    expect(store.stats().entries).toBeLessThanOrEqual(4)
    expect(store.prune(Date.now(), { maxEntries: 1 })).toBeLessThanOrEqual(3)
    expect(store.clear()).toBe(1)
    expect(store.stats()).toEqual({ entries: 0, bytes: 0 })
    for (const [name, text] of Object.entries(THEIRS)) {
      expect(readFileSync(join(dir, 'export', name), 'utf8'), name).toBe(text)
    }
    expect(readdirSync(join(dir, '.persist')).includes('quarantine')).toBe(false)
  })

  test('are not taken for entries that cannot be read: clearing fails if one of these stays, and deletes the others', () => {
    const store = open()
    for (const hash of ['a', 'unreadable', 'z']) store.set(plain(hash))
    const openSync: typeof fs.openSync = (path, flags, mode) => {
      if (String(path).endsWith('/unreadable.entry')) throw failure('EACCES')
      return fs.openSync(path, flags, mode)
    }
    const other = diskStore(dir, { fileSystem: { ...fs, openSync } as FileSystem }).open('export')
    expect(() => other.clear()).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_STORE', operation: 'clear' }))
    expect([...store.entries()]).toEqual([plain('unreadable')])
    expect(store.clear()).toBe(1)
    for (const [name, text] of Object.entries(THEIRS)) {
      expect(readFileSync(join(dir, 'export', name), 'utf8'), name).toBe(text)
    }
  })

  test('stay where a deletion names them, and are kept for good where an entry takes their place', () => {
    const store = open()
    expect(store.delete('2024')).toBe(false)
    expect(readFileSync(join(dir, 'export', '2024.entry'), 'utf8')).toBe('a ledger')
    expect(store.get('json')).toBeUndefined()
    store.set(plain('2024'))
    store.lease!('nearly', 1000)!.publish(plain('nearly'))
    expect(store.get('2024')).toEqual(plain('2024'))
    expect(store.get('nearly')).toEqual(plain('nearly'))
    expect(problems.map(({ code }) => code)).toEqual(Array(3).fill('ERR_PERSIST_ENTRY_DAMAGED'))
    const inAYear = { now: () => Date.now() + 365 * 86_400_000, monotonic: () => performance.now() }
    diskStore(dir, { clock: inAYear }).open('export').prune!(0)
    const quarantine = join(dir, '.persist', 'quarantine')
    const kept = readdirSync(quarantine).map((name) => readFileSync(join(quarantine, name), 'utf8'))
    expect(kept.sort()).toEqual([THEIRS['2024.entry'], THEIRS['json.entry'], THEIRS['nearly.entry']].sort())
  })

  test.each<[string, (work: string) => void]>([
    ['a file is in its place', (work) => writeFileSync(join(work, 'quarantine'), '')],
    [
      'a link is in its place',
      (work) => {
        mkdirSync(join(dir, 'elsewhere'))
        symlinkSync(join(dir, 'elsewhere'), join(work, 'quarantine'))
      },
    ],
  ])('stay in the place of an entry where the quarantine cannot be used, since %s', (_, spoil) => {
    open().set(plain('ours'))
    spoil(join(dir, '.persist'))
    for (let call = 0; call < 3; call++) {
      const store = open()
      expect(store.get('2024')).toBeUndefined()
      for (const set of [() => store.set(plain('2024')), () => store.lease!('2024', 1000)!.publish(plain('2024'))]) {
        expect(set).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_STORE' }))
      }
    }
    const inAYear = { now: () => Date.now() + 365 * 86_400_000, monotonic: () => performance.now() }
    diskStore(dir, { clock: inAYear }).open('export').prune!(0)
    expect(readFileSync(join(dir, 'export', '2024.entry'), 'utf8')).toBe('a ledger')
  })

  test('are kept for good where they cannot be read, and an entry takes their place', () => {
    const refuse = ((path: string, flags: number, mode?: number) => {
      if (path.endsWith('2024.entry')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      return fs.openSync(path, flags, mode)
    }) as typeof fs.openSync
    diskStore(dir, { fileSystem: { ...fs, openSync: refuse } })
      .open('export')
      .set(plain('2024'))
    expect(open().get('2024')).toEqual(plain('2024'))
    const quarantine = join(dir, '.persist', 'quarantine')
    expect(readdirSync(quarantine).map((name) => readFileSync(join(quarantine, name), 'utf8'))).toEqual(['a ledger'])
  })

  test('are kept for good where they are links or folders, and an entry takes their place', () => {
    symlinkSync('2024.entry', join(dir, 'export', 'link.entry'))
    mkdirSync(join(dir, 'export', 'folder.entry'))
    const store = open()
    expect(store.get('link')).toBeUndefined()
    for (const hash of ['link', 'folder']) {
      store.set(plain(hash))
      expect(store.get(hash)).toEqual(plain(hash))
    }
    const inAYear = { now: () => Date.now() + 365 * 86_400_000, monotonic: () => performance.now() }
    diskStore(dir, { clock: inAYear }).open('export').prune!(0)
    const kept = readdirSync(join(dir, '.persist', 'quarantine'), { withFileTypes: true })
    expect(kept.map((one) => [one.isSymbolicLink(), one.isDirectory()]).sort()).toEqual([
      [false, true],
      [true, false],
    ])
    expect(readFileSync(join(dir, 'export', '2024.entry'), 'utf8')).toBe('a ledger')
  })

  test('take no entry with them that another process has put in their place meanwhile', () => {
    const renameSync = ((from: string, to: string) => {
      if (from.endsWith('2024.entry') && to.includes('foreign')) {
        fs.rmSync(from)
        open().set(plain('2024'))
      }
      fs.renameSync(from, to)
    }) as typeof fs.renameSync
    const store = diskStore(dir, { fileSystem: { ...fs, renameSync } }).open('export')
    expect(store.get('2024')).toBeUndefined()
    expect(open().get('2024')).toEqual(plain('2024'))
    expect(readdirSync(join(dir, '.persist', 'quarantine'))).toEqual([])
  })

  test('make no function of a folder', () => {
    expect([...diskStore(dir).namespaces!()]).toEqual([])
    open().set(plain('ours'))
    expect([...diskStore(dir).namespaces!()]).toEqual(['export'])
  })

  test.each([
    ['', DIGEST],
    [' of a version', markedHash(DIGEST, DIGEST)],
  ])('differ from our own damaged entries%s, which a listing reports and moves aside', (_what, hash) => {
    const store = open()
    store.set(plain(hash))
    store.set(plain('ours'))
    writeFileSync(join(dir, 'export', entryName(hash)), 'nothing is left of it')
    writeFileSync(join(dir, 'export', 'ours.entry'), '{"persist":1,"crc32":"cut o')
    expect([...store.entries()]).toEqual([])
    expect(problems.map(({ code }) => code)).toEqual(['ERR_PERSIST_ENTRY_DAMAGED', 'ERR_PERSIST_ENTRY_DAMAGED'])
    expect(readdirSync(join(dir, '.persist', 'quarantine'))).toHaveLength(2)
    expect(readdirSync(join(dir, 'export')).sort()).toEqual(Object.keys(THEIRS).sort())
  })
})

describe('a function whose every entry is unreadable', () => {
  // A name that names no folder is known from the entries alone.
  test.each(['plain', 'a/b: ü', '', 'q"\\\ud800'])('is listed, so that its damage can be found: %j', (name) => {
    const fresh = newFolder()
    const store = diskStore(fresh).open(name)
    store.set(plain('only'))
    const folder = readdirSync(fresh).find((one) => !one.includes('.'))
    const file = join(fresh, folder!, 'only.entry')
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.subarray(0, bytes.length - 1))
    expect([...diskStore(fresh).namespaces!()]).toEqual([name])
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('more')]))
    expect([...diskStore(fresh).namespaces!()]).toEqual([name])
  })

  test('is listed also for those who do not have its secret', () => {
    const fresh = newFolder()
    diskStore(fresh, { secret: 'right' }).open('a/b').set(plain('only'))
    expect([...diskStore(fresh, { secret: 'wrong' }).namespaces!()]).toEqual(['a/b'])
    expect([...diskStore(fresh).namespaces!()]).toEqual(['a/b'])
  })

  test('is listed in the layout of pypersist, too, also when Python has replaced its results', () => {
    const fresh = newFolder()
    const open = () => diskStore(fresh, { layout: 'pypersist' })
    open().open('a/b').set(plain('only'))
    const folder = readdirSync(fresh).find((name) => name.includes('~'))!
    writeFileSync(join(fresh, folder, 'only.out'), 'another result, of another length')
    expect([...open().namespaces!()]).toEqual(['a/b'])
  })

  test('is not listed under a name that its folder does not have', () => {
    const fresh = newFolder()
    const store = diskStore(fresh)
    store.open('a/b').set(plain('only'))
    store.open('c/d').set(plain('only'))
    const [one, other] = readdirSync(fresh).filter((name) => name.includes('~'))
    writeFileSync(join(fresh, one!, 'only.entry'), readFileSync(join(fresh, other!, 'only.entry')))
    expect([...diskStore(fresh).namespaces!()]).toHaveLength(1)
  })
})
