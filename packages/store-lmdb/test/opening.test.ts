import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Child } from '../../../test/support/child.ts'
import { lmdbStore } from '../src/adapter.ts'
import { Environment } from '../src/environment.ts'

const SOAK = process.env.PERSIST_SOAK !== undefined
const OPENINGS = SOAK ? 20_000 : 500
const COMMIT_AT = 8

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a reader and a list of namespaces make no folder, and a file that is made later can be read and written', () => {
  const dir = join(folder, 'absent')
  const adapter = lmdbStore(dir)
  const reader = adapter.open('f', { readOnly: true })
  expect(reader.get('a')).toBeUndefined()
  expect([...reader.heads(), ...adapter.namespaces!()]).toEqual([])
  expect([adapter.exists!(), existsSync(dir)]).toEqual([false, false])
  const entry = { hash: 'a', payload: '1', createdAt: 1 }
  adapter.open('f').set(entry)
  expect([reader.get('a'), adapter.exists!()]).toEqual([entry, true])
  adapter.close()
  expect(reader.get('a')).toEqual(entry)
  adapter.open('f').set({ ...entry, hash: 'b' })
  expect([...reader.heads()].map(({ hash }) => hash)).toEqual(['a', 'b'])
  adapter.close()
})

test.each([true, false])(
  'an LMDB file of another program is refused and not changed, with readOnly %s',
  async (readOnly) => {
    const contents = { alone: 'value', of: { entries: 'their entry', about: 'their page' } }
    await withForeign((root) => {
      root.putSync('alone', contents.alone)
      for (const [name, value] of Object.entries(contents.of)) root.openDB({ name }).putSync('key', value)
    })
    const adapter = lmdbStore(folder)
    const store = adapter.open('f', { readOnly })
    const refused = expect.objectContaining({ code: 'ERR_PERSIST_STORE_FORMAT' })
    for (const act of [() => store.get('a'), () => store.stats(), () => [...adapter.namespaces!()]]) {
      expect(act).toThrow(refused)
    }
    if (!readOnly) expect(() => store.set({ hash: 'a', payload: '1', createdAt: 1 })).toThrow(refused)
    adapter.close()
    await withForeign((root) => {
      expect([...root.getKeys()]).toEqual(['about', 'alone', 'entries'])
      for (const [name, value] of Object.entries(contents.of)) {
        expect([...root.openDB({ name }).getRange()]).toEqual([{ key: 'key', value }])
      }
    })
  },
)

test('an empty LMDB file stays empty while it is only read, and can be written later', async () => {
  await withForeign(() => {})
  const adapter = lmdbStore(folder)
  const reader = adapter.open('f', { readOnly: true })
  expect([reader.get('a'), ...adapter.namespaces!()]).toEqual([undefined])
  adapter.close()
  await withForeign((root) => expect([...root.getKeys()]).toEqual([]))
  const entry = { hash: 'a', payload: '1', createdAt: 1 }
  expect(reader.get('a')).toBeUndefined()
  adapter.open('f').set(entry)
  expect(reader.get('a')).toEqual(entry)
  adapter.close()
})

test('a store that was closed, and whose folder was removed, is made again while another file has the number of its lock file', async () => {
  const dir = join(folder, 'store')
  const other = join(folder, 'other')
  writeFileSync(other, Buffer.alloc(4096, 0x11))
  const adapter = lmdbStore(dir, { monotonic: ticking() })
  const store = adapter.open('f')
  store.set({ hash: 'a', payload: '1', createdAt: 1 })
  const { ino } = statSync(join(dir, 'lock.mdb'))
  adapter.close()
  // LMDB closes its files a little later.
  await vi.waitUntil(() => !isOpen(ino))
  rmSync(dir, { recursive: true })
  const others = Array.from({ length: 20 }, () => openSync(other, 'r'))
  const entry = { hash: 'b', payload: '1', createdAt: 1 }
  try {
    store.set(entry)
  } finally {
    for (const fd of others) closeSync(fd)
  }
  expect(store.get('b')).toEqual(entry)
  adapter.close()
})

test.each([
  ['is made again', () => {}],
  ['and made by another process is used', () => writeInChild()],
])(
  'a folder that is removed while it is used %s, and other processes find what is written then',
  async (_, meanwhile) => {
    const adapter = lmdbStore(folder)
    const [reader, store] = [adapter.open('f', { readOnly: true }), adapter.open('f')]
    store.set({ hash: 'removed', payload: '1', createdAt: 1 })
    expect(reader.get('removed')?.payload).toBe('1')
    const lease = store.lease!('leased', 60_000)!
    rmSync(folder, { recursive: true })
    meanwhile()
    expect([...reader.heads()].map(({ hash }) => hash)).not.toContain('removed')
    expect(lease.publish({ hash: 'leased', payload: '1', createdAt: 1 })).toBe(false)
    store.set({ hash: 'written', payload: '1', createdAt: 1 })
    const here = [...store.heads()].map(({ hash }) => hash)
    expect(here).toContain('written')
    expect(here).not.toContain('removed')
    expect(hashesInChild()).toEqual(here)
    adapter.close()
  },
)

test('a concurrent open loses no commits', () => {
  const environment = new Environment(folder, false)
  const keys = Array.from({ length: 20 }, (_, index) => Buffer.from(`key ${index}`))
  for (const key of keys) {
    environment.change(({ entries }) => entries.putSync(key, Buffer.alloc(3_000)))
    forgetLast(1)
    if (key.length % 2 === 0) forgetLast(1)
  }
  const found = keys.filter((key) => environment.now().entries.doesExist(key))
  environment.close()
  expect(found).toEqual(keys)
})

test(
  'entries that are written while others open the file again and again stay, whole',
  async () => {
    const openers = [1, 2].map(() => new Child(new URL('./children/opens.mjs', import.meta.url), folder, OPENINGS))
    const writers = ['a', 'b'].map((name) => new Child(new URL('./children/writes.mjs', import.meta.url), folder, name))
    await Promise.all(openers.map((opener) => opener.says('done')))
    for (const writer of writers) writer.send('end')
    const reports = await Promise.all(writers.map((writer) => writer.says('written')))
    const adapter = lmdbStore(folder, { flush: false })
    for (const [index, name] of ['a', 'b'].entries()) {
      const store = adapter.open(name)
      const count = Number(reports[index]!.split(' ')[1])
      expect(count).toBeGreaterThan(50)
      for (let written = 0; written < count; written++) {
        expect(store.get(`${written}`)?.payload, `${name} ${written} of ${count}`).toBe(`${written}`.repeat(300))
      }
    }
    await adapter.close!()
  },
  OPENINGS * 1_000,
)

/** Sets LMDB's note of its last commit back, as an opening does that was overtaken by commits. */
function forgetLast(commits: number): void {
  const file = openSync(join(folder, 'lock.mdb'), 'r+')
  const number = Buffer.alloc(8)
  readSync(file, number, 0, 8, COMMIT_AT)
  number.writeBigUInt64LE(number.readBigUInt64LE() - BigInt(commits))
  writeSync(file, number, 0, 8, COMMIT_AT)
  closeSync(file)
}

function inChild(program: string): string {
  const start = `import { lmdbStore } from '@persist/store-lmdb'; const store = lmdbStore(${JSON.stringify(folder)}).open('f');`
  return execFileSync(process.execPath, ['--input-type=module', '-e', start + program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
}

function writeInChild(): void {
  inChild("for (const hash of ['a', 'b', 'c']) store.set({ hash, payload: '1', createdAt: 1 })")
}

function hashesInChild(): string[] {
  return JSON.parse(inChild('console.log(JSON.stringify([...store.heads()].map(({ hash }) => hash)))')) as string[]
}

/** A clock that is ten seconds later at each look. */
function ticking(): () => number {
  let now = 0
  return () => (now += 10_000)
}

/** Whether this process has the file open. */
function isOpen(ino: number): boolean {
  return Array.from({ length: 200 }, (_, fd) => fd).some((fd) => {
    try {
      return fstatSync(fd).ino === ino
    } catch {
      return false
    }
  })
}

/** Uses the file as another program does. */
async function withForeign(act: (root: RootDatabase<string, string>) => void): Promise<void> {
  const root = open<string, string>({ path: folder, noSubdir: false, maxDbs: 8 })
  act(root)
  await root.close()
}
