import { randomBytes } from 'node:crypto'
import fs, { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PersistError } from '@persist/errors'
import type { Entry, Store } from '@persist/store'
import { type DiskStoreOptions, diskStore, type FileSystem } from '@persist/store-disk'
import { describe, expect, onTestFinished, test } from 'vitest'
import { refuseLargeEntry } from '../src/format/largest-entry.ts'
import { failure, faultyFileSystem } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

const MB = 1024 * 1024
/** There an open file cannot be replaced, so every entry is read at once. */
const ON_WINDOWS = process.platform === 'win32'
const BYTES = new Uint8Array(randomBytes(5 * MB))
const PAYLOADS = {
  bytes: BYTES,
  'an ASCII string': 'plain '.repeat(MB),
  'another string': 'größer\ud800'.repeat(MB / 4),
}
const SEALS: Record<string, DiskStoreOptions> = { 'a checksum': {}, 'a secret': { secret: 's3cret' } }

function openIn(folder: string, options: DiskStoreOptions = {}, problems: PersistError[] = []): Store<'sync'> {
  const adapter = diskStore(folder, options)
  onTestFinished(() => adapter.close())
  return adapter.open('f', { report: (problem) => void problems.push(problem) })
}

/** A file system that notes how many bytes were read in each way, and which buffers were written. */
function watched() {
  const seen = { sync: 0, async: 0, written: [] as ArrayBufferLike[] }
  const fileSystem: FileSystem = {
    ...fs,
    readSync: (fd, bytes, offset, length, position) => {
      const read = fs.readSync(fd, bytes, offset, length, position)
      seen.sync += read
      return read
    },
    read: (fd, bytes, offset, length, position, callback) => {
      fs.read(fd, bytes, offset, length, position, (error, read) => {
        seen.async += read
        callback(error, read)
      })
    },
    writeSync: (fd, bytes, offset, length, position) => {
      seen.written.push(bytes.buffer)
      return fs.writeSync(fd, bytes, offset, length, position)
    },
  }
  return { seen, fileSystem }
}

test.skipIf(ON_WINDOWS)(
  'reading five hundred large entries at once opens few files at once, and returns all',
  async () => {
    let open = 0
    let most = 0
    const fileSystem: FileSystem = {
      ...fs,
      openSync: (...args) => {
        const fd = fs.openSync(...args)
        most = Math.max(most, ++open)
        return fd
      },
      closeSync: (fd) => {
        open--
        fs.closeSync(fd)
      },
    }
    const store = openIn(newFolder(), { fileSystem })
    const payload = BYTES.subarray(0, 1.5 * MB)
    for (const hash of ['a', 'b', 'c', 'd', 'e']) store.set(plain(hash, payload))
    const reads = Array.from({ length: 500 }, (_, index) => store.getAsync!('abcde'[index % 5]!))
    for (const read of reads) expect(isSame(await read, payload)).toBe(true)
    expect(most).toBeLessThan(50)
    expect(open).toBe(0)
  },
)

describe.each(Object.entries(SEALS))('sealed with %s', (_, seal) => {
  test.each(Object.entries(PAYLOADS))('getAsync returns a large entry as get does: %s', async (_, payload) => {
    const store = openIn(newFolder(), seal)
    store.set(plain('a', payload))
    const later = store.getAsync!('a')
    expect(later instanceof Promise).toBe(!ON_WINDOWS)
    const [found, now] = [await later, store.get('a')]
    expect(isSame(found, payload)).toBe(true)
    expect(isSame(now, payload)).toBe(true)
    expect({ ...found, payload: '' }).toEqual({ ...now, payload: '' })
  })

  test('a large entry that is damaged at any place is a miss for getAsync, once, with a report', async () => {
    const folder = newFolder()
    const problems: PersistError[] = []
    const store = openIn(folder, seal, problems)
    for (const place of [0, 0.2, 0.6, 1]) {
      const hash = `at ${place}`
      store.set(plain(hash, BYTES))
      const path = fileIn(folder)
      const file = readFileSync(path)
      file[Math.round(place * (file.length - 1))]! ^= 1
      writeFileSync(path, file)
      expect(await store.getAsync!(hash)).toBeUndefined()
      expect(store.getAsync!(hash)).toBeUndefined()
    }
    expect(problems.map(({ code }) => code)).toEqual(Array(4).fill('ERR_PERSIST_ENTRY_DAMAGED'))
  })
})

test('getAsync returns a small or absent entry at once', () => {
  const store = openIn(newFolder())
  expect(store.getAsync!('a')).toBeUndefined()
  store.set(plain('a', randomBytes(200_000).toString('hex')))
  expect(store.getAsync!('a')).toEqual(store.get('a'))
})

test.skipIf(ON_WINDOWS)('getAsync reads a large entry in the background but for its first bytes', async () => {
  const { seen, fileSystem } = watched()
  const store = openIn(newFolder(), { fileSystem })
  store.set(plain('a', BYTES))
  seen.sync = 0
  await store.getAsync!('a')
  expect(seen.async).toBeGreaterThan(BYTES.length - 64 * 1024)
  expect(seen.sync).toBeLessThanOrEqual(2 * 64 * 1024)
})

test('without an asynchronous read, getAsync reads as get does', () => {
  const { read: _, ...fileSystem } = fs
  const store = openIn(newFolder(), { fileSystem })
  store.set(plain('a', BYTES))
  expect(isSame(store.getAsync!('a') as Entry, BYTES)).toBe(true)
})

test.skipIf(ON_WINDOWS)(
  'a large entry that is replaced or deleted while getAsync reads is the old one or absent, and never a mixture',
  async () => {
    const store = openIn(newFolder())
    store.set(plain('a', BYTES))
    const [first, second] = [store.getAsync!('a'), store.getAsync!('a')]
    store.set(plain('a', 'new'))
    store.delete('a')
    for (const found of [await first, await second]) expect(isSame(found, BYTES)).toBe(true)
  },
)

test.skipIf(ON_WINDOWS)(
  'a read that fails in the background is an error of the store, and closes the file',
  async () => {
    const faulty = faultyFileSystem(0, () => {})
    const read: FileSystem['read'] = (_fd, _bytes, _offset, _length, _position, callback) => callback(failure('EIO'), 0)
    const store = openIn(newFolder(), { fileSystem: { ...faulty.fileSystem, read } })
    store.set(plain('a', BYTES))
    faulty.names.length = 0
    await expect(store.getAsync!('a')).rejects.toMatchObject({
      code: 'ERR_PERSIST_STORE_BUSY',
      operation: 'get',
      hash: 'a',
    })
    const count = (name: string) => faulty.names.filter((call) => call === name).length
    expect(count('closeSync')).toBe(count('openSync'))
  },
)

test('a large binary payload is written from its own memory, and a small one with its head in one write', () => {
  const { seen, fileSystem } = watched()
  const store = openIn(newFolder(), { fileSystem })
  store.set(plain('a', BYTES))
  expect(seen.written).toContain(BYTES.buffer)
  seen.written.length = 0
  store.set(plain('b', new Uint8Array(1000)))
  expect(seen.written).toHaveLength(1)
})

test.each([1000, 100_000, 3 * MB])(
  'a binary payload of %d bytes stays what it is when other entries are read',
  (length) => {
    const store = openIn(newFolder())
    const payloads = [1, 2].map((fill) => new Uint8Array(length).fill(fill))
    store.set(plain('a', payloads[0]!))
    store.set(plain('b', payloads[1]!))
    const [a, b] = [store.get('a')!, store.get('b')!]
    expect(isSame(a, payloads[0]!)).toBe(true)
    expect(isSame(b, payloads[1]!)).toBe(true)
  },
)

describe('an entry that no reader could take is refused', () => {
  const facts = { store: 's', namespace: 'f', hash: 'a' }
  const refuse = (payload: Entry['payload'], size: number) => () => refuseLargeEntry(facts, plain('a', payload), size)

  test('a string beyond the longest of V8, with the pickle that can hold it', () => {
    expect(refuse('', 0x1fff_0000)).not.toThrow()
    expect(refuse('', 0x1fff_0001)).toThrow(/at most 536805376; the pickle of @persist\/pickle\/v8 writes bytes/)
  })

  test('bytes from 2 GiB on', () => {
    expect(refuse(new Uint8Array(), 2 ** 31 - 1)).not.toThrow()
    expect(refuse(new Uint8Array(), 2 ** 31)).toThrow(/at most 2147483647; split the value/)
  })
})

/** Comparing megabytes with `toEqual` takes minutes. */
function isSame(entry: Entry | undefined, payload: Entry['payload']): boolean {
  if (typeof payload === 'string') return entry?.payload === payload
  return entry?.payload instanceof Uint8Array && Buffer.compare(entry.payload, payload) === 0
}

function fileIn(folder: string): string {
  const [name] = readdirSync(join(folder, 'f')).filter((found) => found.endsWith('.entry'))
  return join(folder, 'f', name!)
}
