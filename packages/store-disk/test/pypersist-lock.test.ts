import { execFileSync } from 'node:child_process'
import fs, {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { PersistError } from '@persist/errors'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

const HASH = '2_to_the_power_of_4'
let dir: string
let problems: PersistError[]
beforeEach(() => {
  dir = newFolder()
  problems = []
  mkdirSync(join(dir, 'power'))
})

const file = (suffix: string, hash = HASH) => join(dir, 'power', hash + suffix)
const open = (leaseMs = 30_000) =>
  diskStore(dir, { layout: 'pypersist', leaseMs }).open('power', { report: (problem) => void problems.push(problem) })

/** As pypersist leaves it when its process is killed. */
function leaveLock(ageMs = 3_600_000): void {
  writeFileSync(file('.lock'), '')
  const then = (Date.now() - ageMs) / 1000
  utimesSync(file('.lock'), then, then)
}

/** Does something to the file in a process of its own, a little later. */
function soon(code: string, ms = 300): void {
  const program = `import { spawn } from 'node:child_process'
    spawn(process.execPath, ['-e', ${JSON.stringify(`setTimeout(() => { ${code} }, ${ms})`)}], { detached: true, stdio: 'ignore' }).unref()`
  execFileSync(process.execPath, ['--input-type=module', '-e', program])
}

describe('a lock that another program holds', () => {
  test('is waited for by a reader, who then finds what was being written', () => {
    leaveLock(0)
    soon(`fs.writeFileSync(${JSON.stringify(file('.out'))}, '16'); fs.unlinkSync(${JSON.stringify(file('.lock'))})`)
    expect(open().get(HASH)?.payload).toBe('16')
    expect(problems).toEqual([])
  })

  test('is waited for by a reader whose clock is a day ahead', () => {
    leaveLock(0)
    soon(
      `fs.writeFileSync(${JSON.stringify(file('.out'))}, '16'); fs.unlinkSync(${JSON.stringify(file('.lock'))})`,
      2000,
    )
    const clock = { now: () => Date.now() + 86_400_000, monotonic: () => performance.now() }
    const store = diskStore(dir, { layout: 'pypersist', clock }).open('power', {
      report: (problem) => void problems.push(problem),
    })
    expect(store.get(HASH)?.payload).toBe('16')
    expect(problems).toEqual([])
  })

  test('is waited for by a writer, and by a delete', () => {
    for (const act of ['set', 'delete'] as const) {
      leaveLock(0)
      soon(
        `fs.writeFileSync(${JSON.stringify(file('.out'))}, 'theirs'); fs.unlinkSync(${JSON.stringify(file('.lock'))})`,
      )
      const store = open()
      if (act === 'set') store.set(plain(HASH, 'ours'))
      else expect(store.delete(HASH)).toBe(true)
      expect(store.get(HASH)?.payload).toBe(act === 'set' ? 'ours' : undefined)
      expect(existsSync(file('.lock'))).toBe(false)
    }
  })

  test('delays no reader that finds a whole entry of ours', () => {
    open().set(plain(HASH, 'ours'))
    leaveLock(0)
    expect(open().get(HASH)?.payload).toBe('ours')
    expect(existsSync(file('.lock'))).toBe(true)
  })

  test('is one entry’s, and no other’s', () => {
    open().set(plain('other', 'x'))
    leaveLock(0)
    const store = open()
    expect(store.get('other')?.payload).toBe('x')
    store.set(plain('third', 'y'))
    expect(store.stats().entries).toBe(2)
  })
})

describe('a lock that both programs hold, since Python looked before ours was made,', () => {
  /** Does something the moment before the first part is put in place. */
  const openWhere = (act: () => void) => {
    const renameOnce = (from: string, to: string) => {
      if (to === file('.head')) act()
      renameSync(from, to)
    }
    const fileSystem = { ...fs, renameSync: renameOnce } as typeof fs
    return diskStore(dir, { layout: 'pypersist', fileSystem }).open('power')
  }

  test('is left for Python to remove, whose program would fail without it', () => {
    openWhere(() => writeFileSync(file('.lock'), '')).set(plain(HASH, 'ours'))
    expect(existsSync(file('.lock'))).toBe(true)
    unlinkSync(file('.lock'))
    expect(open().get(HASH)?.payload).toBe('ours')
  })

  test('is gone with ours if Python was faster, and then no program misses it', () => {
    const store = openWhere(() => unlinkSync(file('.lock')))
    store.set(plain(HASH, 'ours'))
    expect(existsSync(file('.lock'))).toBe(false)
    expect(store.get(HASH)?.payload).toBe('ours')
  })

  test('is made on a full disk, too, and taken away again', () => {
    open().set(plain(HASH, 'ours'))
    const full = () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    }
    const fileSystem = { ...fs, writeSync: full } as unknown as typeof fs
    expect(diskStore(dir, { layout: 'pypersist', fileSystem }).open('power').delete(HASH)).toBe(true)
    expect(existsSync(file('.lock'))).toBe(false)
  })
})

describe('a lock of ours', () => {
  const openOver = (calls: Partial<typeof fs>) =>
    diskStore(dir, { layout: 'pypersist', fileSystem: { ...fs, ...calls } as typeof fs }).open('power')
  const fail = (code: string): never => {
    throw Object.assign(new Error(code), { code })
  }
  const withoutNumbers = {
    // As some file servers have it: another number at every look.
    fstatSync: ((fd: number) => Object.assign(fs.fstatSync(fd), { ino: Math.random() })) as typeof fs.fstatSync,
    lstatSync: ((path: string, options: { throwIfNoEntry: false }) => {
      const stat = fs.lstatSync(path, options)
      return stat && Object.assign(stat, { ino: Math.random() })
    }) as typeof fs.lstatSync,
  }
  const isLock = (path: string) => path.endsWith('.lock')

  test.each<[string, Partial<typeof fs>]>([
    ['give no file the same number twice', withoutNumbers],
    ['give no file the same number twice, and have no links', { ...withoutNumbers, linkSync: () => fail('EPERM') }],
    ['rename no lock, as if another program had it open', { renameSync: renameNoLock as typeof fs.renameSync }],
    ['read no lock', { openSync: openNoLock as typeof fs.openSync }],
  ])('is released on file systems that %s', (_, calls) => {
    const store = openOver(calls)
    store.set(plain(HASH, 'ours'))
    expect(existsSync(file('.lock'))).toBe(false)
    expect(open().get(HASH)?.payload).toBe('ours')
    expect(store.delete(HASH)).toBe(true)
    expect(existsSync(file('.lock'))).toBe(false)
  })

  test('that is stale is taken away, also where files cannot be renamed, or change their numbers', () => {
    for (const calls of [withoutNumbers, { renameSync: renameNoLock as typeof fs.renameSync }]) {
      leaveLock()
      openOver(calls).set(plain(HASH, 'ours'))
      expect(existsSync(file('.lock'))).toBe(false)
    }
  })

  function openNoLock(path: string, flags: number, mode?: number): number {
    return isLock(path) && (flags & 3) === 0 ? fail('EIO') : fs.openSync(path, flags, mode)
  }

  function renameNoLock(from: string, to: string): void {
    if (isLock(from)) fail('EBUSY')
    renameSync(from, to)
  }
})

describe('a lock whose holder has died', () => {
  test('is given up after the time of a lease, and a half-written entry is put aside, and reported', () => {
    leaveLock(0)
    writeFileSync(file('.out'), '{"half":')
    expect(open(400).get(HASH)).toBeUndefined()
    expect(problems.map(({ code }) => code)).toEqual(['ERR_PERSIST_ENTRY_DAMAGED'])
    expect(readdirSync(join(dir, 'power'))).toEqual([])
    const [aside] = readdirSync(join(dir, '.persist', 'quarantine'))
    expect(readFileSync(join(dir, '.persist', 'quarantine', aside!), 'utf8')).toBe('{"half":')
  })

  test('is given up soon where it is old already', () => {
    leaveLock()
    writeFileSync(file('.out'), 'half')
    const store = open(3_000_000)
    store.set(plain(HASH, 'whole'))
    expect(store.get(HASH)?.payload).toBe('whole')
    expect(existsSync(file('.lock'))).toBe(false)
  })

  test('takes nothing from a whole entry of ours', () => {
    open().set(plain(HASH, 'ours'))
    leaveLock()
    const store = open(100)
    expect(store.delete(HASH)).toBe(true)
    open().set(plain(HASH, 'again'))
    leaveLock()
    store.set(plain('other', 'x'))
    expect([...store.entries()].map(({ payload }) => payload).sort()).toEqual(['again', 'x'])
    expect(problems).toEqual([])
  })

  test('does not keep a cleared folder from being empty', () => {
    open().set(plain('a'))
    leaveLock()
    for (const suffix of ['.key', '.meta', '.head']) writeFileSync(file(suffix, 'orphan'), 'x')
    writeFileSync(file('.out'), 'half')
    expect(open(50).clear()).toBe(1)
    expect(readdirSync(join(dir, 'power'))).toEqual([])
  })
})

test('a result that its head does not fit, and that is no newer, is never served without its expiry', () => {
  open().set({ ...plain(HASH, 'old'), expiresAt: 5 })
  open().set({ ...plain('other', 'new'), expiresAt: 6 })
  // As if a writer had died between two renames.
  renameSync(file('.head', 'other'), file('.head'))
  expect(open().get(HASH)).toBeUndefined()
  expect(problems).toHaveLength(1)
})

describe('what Python has written', () => {
  test('is listed with what is known of it', () => {
    writeFileSync(file('.out'), '16')
    writeFileSync(file('.key'), '[2, 4]')
    writeFileSync(file('.meta'), 'today')
    utimesSync(file('.out'), 1_700_000_000, 1_700_000_000)
    const known = { hash: HASH, key: '[2, 4]', metadata: 'today', createdAt: 1_700_000_000_000 }
    expect([...open().entries()]).toEqual([{ ...known, payload: '16' }])
    expect([...open().heads()]).toEqual([{ ...known, bytes: 2 }])
    expect(open().stats()).toEqual({ entries: 1, bytes: 13 })
    expect([...(diskStore(dir, { layout: 'pypersist' }).namespaces!() as Iterable<string>)]).toEqual(['power'])
  })

  test('is no text: it is reported, and put aside', () => {
    writeFileSync(file('.out'), Buffer.from([0xff, 0xfe, 0x00]))
    expect(open().get(HASH)).toBeUndefined()
    expect(problems).toHaveLength(1)
    expect(existsSync(file('.out'))).toBe(false)
  })

  test('has no seal, and is left alone by a store with a secret', () => {
    writeFileSync(file('.out'), '16')
    const sealed = diskStore(dir, { layout: 'pypersist', secret: 'mine' }).open('power')
    expect(sealed.get(HASH)).toBeUndefined()
    expect([...sealed.heads()]).toEqual([])
    expect(readFileSync(file('.out'), 'utf8')).toBe('16')
    sealed.set(plain(HASH, 'sealed'))
    expect(sealed.get(HASH)?.payload).toBe('sealed')
    expect(open().get(HASH)).toBeUndefined()
    expect(problems).toEqual([])
  })

  test('goes when it is the oldest, and bounds say so', () => {
    for (const [index, hash] of ['a', 'b', 'c'].entries()) {
      writeFileSync(file('.out', hash), '1')
      utimesSync(file('.out', hash), 1000 + index, 1000 + index)
    }
    expect(open().prune(Date.now(), { maxEntries: 1 })).toBe(2)
    expect([...open().heads()].map(({ hash }) => hash)).toEqual(['c'])
  })
})

test('a folder with .out files of another program is no function, also beside Python’s results', () => {
  const names = () => [...(diskStore(dir, { layout: 'pypersist' }).namespaces!() as Iterable<string>)].sort()
  const put = (folder: string, name: string, content: string | Uint8Array) => {
    mkdirSync(join(dir, folder), { recursive: true })
    writeFileSync(join(dir, folder, name), content)
  }
  put('build', 'a.out', Buffer.from('7f454c4602010100000000000000000002003e00ff', 'hex'))
  put('logs', 'today.out', 'started')
  put('logs', 'rotate.conf', 'daily')
  mkdirSync(join(dir, 'tests', 'golden'), { recursive: true })
  put('tests', 'case-1.out', 'expected')
  expect(names()).toEqual([])
  writeFileSync(file('.out'), '16')
  put('power', '.DS_Store', Buffer.of(0, 0, 0, 1))
  put('tail', 'é.out', `${'a'.repeat(65_535)}é`)
  expect(names()).toEqual(['power', 'tail'])
  diskStore(dir, { layout: 'pypersist' }).open('mixed').set(plain(HASH))
  put('mixed', 'notes.txt', 'of a person')
  put('mixed', 'a.out', Buffer.of(0xff))
  expect(names()).toEqual(['mixed', 'power', 'tail'])
})

test('the layout is named in the URL or as an option, and nothing else is', () => {
  expect(diskStore(`file://${dir}?layout=pypersist`).supports).toMatchObject({ lease: false, foreign: true })
  expect(diskStore(`file://${dir}?layout=entries`).supports).toMatchObject({ lease: true })
  for (const wrong of ['?layout=python', '?layout=', '?lay=pypersist', '?layout=pypersist&x=1']) {
    expect(() => diskStore(`file://${dir}${wrong}`)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
  }
  expect(() => diskStore(dir, { layout: 'python' as 'entries' })).toThrow(/layout/)
})
