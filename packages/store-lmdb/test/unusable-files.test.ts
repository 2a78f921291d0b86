import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lmdbStore } from '@persist/store-lmdb'
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest'
import { Child } from '../../../test/support/child.ts'

const CALLS = fileURLToPath(new URL('./children/calls.mjs', import.meta.url))
const FILL = fileURLToPath(new URL('./children/fill.mjs', import.meta.url))
const ENTRY = { hash: 'kept', payload: 'x'.repeat(30_000), createdAt: 1 }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Makes sixty calls in a process that may crash, as another user if `uid` is given. Returns how often each outcome came. */
function calls(dir: string, uid?: number): Record<string, number> {
  const { stdout, signal, error } = spawnSync(
    process.execPath,
    [CALLS, dir, ...(uid === undefined ? [] : [`${uid}`])],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  )
  expect({ signal, error }).toEqual({ signal: null, error: undefined })
  return JSON.parse(stdout) as Record<string, number>
}

const ODD: Readonly<Record<string, (path: string) => void>> = {
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a link that leads nowhere': (path) => symlinkSync('/nonexistent/x', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a device': (path) => symlinkSync('/dev/zero', path),
}

describe.each(['data.mdb', 'lock.mdb'])('in the place of %s', (file) => {
  test.each(Object.keys(ODD))('%s makes methods fail, and the process goes on', (kind) => {
    ODD[kind]!(join(folder, file))
    // What the link leads to may be mounted later.
    const code = kind === 'a link that leads nowhere' ? 'ERR_PERSIST_STORE_UNAVAILABLE' : 'ERR_PERSIST_STORE'
    const { done = 0, [code]: failed } = calls(folder)
    expect({ done, failed }).toEqual({ done: 0, failed: 60 })
  })
})

test.each([
  ['text', Buffer.from('not a database at all, but a note of a person')],
  ['fifty thousand bytes of something else', Buffer.alloc(50_000, 7)],
])('a data file that is %s is refused as another format, and left as it is', (_, content) => {
  writeFileSync(join(folder, 'data.mdb'), content)
  expect(calls(folder)).toEqual({ ERR_PERSIST_STORE_FORMAT: 60 })
  expect(readFileSync(join(folder, 'data.mdb'))).toEqual(content)
})

test('wherever a data file was cut off, the process goes on, and no value is wrong', () => {
  const adapter = lmdbStore(folder)
  for (let number = 0; number < 20; number++) adapter.open('f').set({ ...ENTRY, hash: `kept-${number}` })
  adapter.close()
  const whole = readFileSync(join(folder, 'data.mdb'))
  for (const share of [0.001, 0.01, 0.02, 0.1, 0.3, 0.6, 0.9]) {
    writeFileSync(join(folder, 'data.mdb'), whole)
    rmSync(join(folder, 'lock.mdb'), { force: true })
    truncateSync(join(folder, 'data.mdb'), Math.floor(whole.length * share))
    expect(calls(folder).wrong).toBeUndefined()
  }
})

test.runIf(process.getuid?.() === 0)(
  'a lock file that may not be written makes methods fail, and the process goes on',
  () => {
    lmdbStore(folder).open('f').set(ENTRY)
    chmodSync(folder, 0o777)
    chmodSync(join(folder, 'data.mdb'), 0o666)
    chmodSync(join(folder, 'lock.mdb'), 0o644)
    expect(calls(folder, 65_534)).toEqual({ ERR_PERSIST_STORE_UNAVAILABLE: 60 })
  },
)

test('on a full disk a new store is refused as full, and one that is there still gives what it has', async (context) => {
  await onSmallDisk(context, 'size=1m', () => {
    const adapter = lmdbStore(join(folder, 'old'))
    adapter.open('f').set({ ...ENTRY, hash: 'key-0', payload: 'value of 0' })
    adapter.close()
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=1k', 'count=4000'])
    expect(calls(join(folder, 'new'))).toEqual({ ERR_PERSIST_STORE_FULL: 60 })
    const { wrong, hit = 0, ERR_PERSIST_STORE_FULL = 0 } = calls(join(folder, 'old'))
    expect(wrong).toBeUndefined()
    expect(hit).toBe(1)
    expect(ERR_PERSIST_STORE_FULL).toBeGreaterThan(0)
  })
})

test('a disk that becomes full makes changes fail as full, the process goes on, and no value is wrong', async (context) => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    await onSmallDisk(context, `size=${1 + seed}m`, () => {
      const { stdout, signal, error } = spawnSync(process.execPath, [FILL, folder, `${seed}`], { encoding: 'utf8' })
      expect({ signal, error }).toEqual({ signal: null, error: undefined })
      expect(JSON.parse(stdout)).toEqual({ codes: ['ERR_PERSIST_STORE_FULL'], wrong: 0 })
    })
  }
})

test('several processes that fill a disk at once go on, and no value is wrong', async (context) => {
  await onSmallDisk(context, 'size=7m', async () => {
    const crowd = Array.from({ length: 5 }, () => new Child(new URL('./children/crowd.mjs', import.meta.url), folder))
    const answers = await Promise.all(crowd.map((child) => child.says('done')))
    for (const child of crowd) expect(await child.ended).toBe(0)
    // One that ends before the disk is full has no failure.
    const answersOf = (...codes: string[]) => `done ${JSON.stringify({ codes, wrong: 0 })}`
    expect([answersOf(), answersOf('ERR_PERSIST_STORE_FULL')]).toEqual(expect.arrayContaining(answers))
    expect(answers).toContain(answersOf('ERR_PERSIST_STORE_FULL'))
  })
})

test('on a full disk entries can be deleted if the file has free pages', async (context) => {
  await onSmallDisk(context, 'size=4m', () => {
    const adapter = lmdbStore(folder)
    const store = adapter.open('f')
    for (let number = 0; number < 80; number++) store.set({ ...ENTRY, hash: `${number}` })
    for (let number = 0; number < 40; number++) store.delete(`${number}`)
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=1k', 'count=8000'])
    for (let number = 40; number < 80; number++) expect(store.delete(`${number}`)).toBe(true)
    expect(store.stats().entries).toBe(0)
    adapter.close()
  })
})

test('on a full disk no call waits for a lease that its holder could not release, and the next change releases it', async (context) => {
  await onSmallDisk(context, 'size=2m', () => {
    const adapter = lmdbStore(folder)
    const store = adapter.open('f')
    const lease = store.lease!('a', 30_000)!
    const full = expect.objectContaining({ code: 'ERR_PERSIST_STORE_FULL' })
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=1k', 'count=4000'])
    expect(() => lease.release()).toThrow(full)
    expect(() => store.lease!('a', 30_000)).toThrow(full)
    rmSync(join(folder, 'filler'))
    store.set({ ...ENTRY, hash: 'b' })
    expect(store.lease!('a', 30_000)).toBeDefined()
    adapter.close()
  })
})

test('a file system that does not say how large it is does not count as full', async (context) => {
  await onSmallDisk(context, 'size=0', () => {
    const adapter = lmdbStore(folder)
    adapter.open('f').set(ENTRY)
    expect(adapter.open('f').get(ENTRY.hash)).toEqual(ENTRY)
    adapter.close()
  })
})

/** Mounts memory at the folder for as long as `act` runs. */
async function onSmallDisk(context: TestContext, options: string, act: () => void | Promise<void>): Promise<void> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    context.skip(`mount is not possible here: ${error}`)
  }
  try {
    await act()
  } finally {
    // LMDB may still flush.
    execFileSync('umount', ['--lazy', folder])
  }
}
