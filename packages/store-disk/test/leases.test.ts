import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease, LeaseHolder } from '@persist/store'
import { signOf, thisHolder } from '@persist/store/holder'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { folderMark, readToken, tokenName } from '../src/lease/token.ts'
import { newFolder, plain } from './support/folder.ts'

const HASH = 'a-hash'
const MS = 10_000

describe('by a clock that is handed in', () => {
  let dir: string
  let now: number
  const clock = { now: () => 1_700_000_000_000 + now, monotonic: () => now }
  const open = () => diskStore(dir, { clock }).open('f')

  beforeEach(() => {
    dir = newFolder()
    now = 0
  })

  test('a silent holder loses its lease when the asker has seen it unchanged for its time, and not before', () => {
    const store = open()
    const lease = store.lease!(HASH, MS)!
    expect(store.lease!(HASH, MS)).toBeUndefined()
    now += MS - 1
    expect(store.lease!(HASH, MS)).toBeUndefined()
    now += 1
    expect(store.lease!(HASH, MS)).toBeDefined()
    expect(lease.renew(MS)).toBe(false)
    expect(lease.publish(plain(HASH))).toBe(false)
  })

  test('the first look of an asker counts for nothing, however old the lease is', () => {
    open().lease!(HASH, MS)
    now += 100 * MS
    const other = open()
    expect(other.lease!(HASH, MS)).toBeUndefined()
    now += MS
    expect(other.lease!(HASH, MS)).toBeDefined()
  })

  test('a renewal for a longer time holds for that time, and its note does not get into the entry', () => {
    const store = open()
    const lease = store.lease!(HASH, MS)!
    expect(lease.renew(5 * MS)).toBe(true)
    expect(store.lease!(HASH, MS)).toBeUndefined()
    now += 5 * MS - 1
    expect(store.lease!(HASH, MS)).toBeUndefined()
    expect(lease.publish(plain(HASH, ''))).toBe(true)
    expect(store.get(HASH)).toEqual(plain(HASH, ''))
  })

  test('a holder on another host is judged by its silence alone', () => {
    const store = open()
    store.lease!(HASH, MS)
    for (const shard of readdirSync(join(dir, '.persist'))) {
      if (shard.length > 1) continue
      for (const name of readdirSync(join(dir, '.persist', shard))) {
        const foreign = name.replace(thisHolder().host, '0123456789ab')
        renameSync(join(dir, '.persist', shard, name), join(dir, '.persist', shard, foreign))
      }
    }
    expect(store.lease!(HASH, MS)).toBeUndefined()
    now += MS
    expect(store.lease!(HASH, MS)).toBeDefined()
  })
})

test('a set of another process in between ends the lease even where there had been none before', () => {
  const dir = newFolder()
  const first = diskStore(dir).open('f')
  first.set(plain(HASH, 'old'))
  const lease = diskStore(dir).open('f').lease!(HASH, MS)!
  first.set(plain(HASH, 'newer'))
  expect(lease.publish(plain(HASH, 'late'))).toBe(false)
  expect(first.get(HASH)?.payload).toBe('newer')
})

test('leases leave no files, whatever becomes of them', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  for (const end of [
    (lease: Lease<'sync'>) => lease.publish(plain(HASH)),
    (lease: Lease<'sync'>) => lease.release(),
    () => store.set(plain(HASH)),
    () => store.delete(HASH),
    () => store.clear(),
    () => store.lease!(HASH, MS, { steal: true })!.release(),
  ]) {
    end(store.lease!(HASH, MS)!)
    const left = readdirSync(join(dir, '.persist'), { recursive: true }).map(String)
    expect(left.filter((name) => /[/\\]/.test(name))).toEqual([])
  }
})

test('a lease of a folder that was removed meanwhile is lost, without an error', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  const lease = store.lease!(HASH, MS)!
  rmSync(dir, { recursive: true })
  expect(lease.renew(MS)).toBe(false)
  expect(lease.publish(plain(HASH))).toBe(false)
  lease.release()
})

describe('what a token says of itself', () => {
  const FOREIGN = '0123456789ab-1-1-1-abc.0'

  test.each(['lease999999999999', 'lease000000000001'])(
    'a foreign token with the time %s does not stop a key for longer than ten minutes',
    (kind) => {
      const dir = newFolder()
      let now = 0
      const clock = { now: () => Date.now(), monotonic: () => now }
      const store = diskStore(dir, { clock }).open('f')
      const real = store.lease!(HASH, MS)!
      const shard = shardOf(dir, real.id!)
      writeFileSync(join(shard, `${real.id!.split('-lease')[0]}-${kind}-${FOREIGN}`), '')
      real.release()
      expect(store.lease!(HASH, MS)).toBeUndefined()
      now += 600_000
      const taken = store.lease!(HASH, MS)
      expect(taken?.publish(plain(HASH))).toBe(true)
    },
  )

  test('a note of an absurd time, or rubbish for a note, is no better', () => {
    for (const note of ['999999999999', '999999999999p', 'abc', '{"persist":1', '\0'.repeat(13), 'x'.repeat(100_000)]) {
      const dir = newFolder()
      let now = 0
      const store = diskStore(dir, { clock: { now: () => Date.now(), monotonic: () => now } }).open('f')
      const real = store.lease!(HASH, MS)!
      writeFileSync(join(shardOf(dir, real.id!), real.id!), note)
      const met: LeaseHolder[] = []
      expect(store.lease!(HASH, MS, { onHeld: (holder) => void met.push(holder) })).toBeUndefined()
      expect(met).toEqual([{ id: real.id, ...(note.endsWith('p') && { promised: true }) }])
      now += 600_000
      expect(store.lease!(HASH, MS), JSON.stringify(note.slice(0, 20))).toBeDefined()
    }
  })

  test('a folder in the place of a token stops nothing, and what is in it stays', () => {
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    const real = store.lease!(HASH, MS)!
    const gone = join(shardOf(dir, real.id!), real.id!.replace(`-${process.pid}-`, '-4194304-'))
    real.release()
    mkdirSync(gone)
    writeFileSync(join(gone, 'theirs'), 'kept')
    expect(store.lease!(HASH, MS)?.publish(plain(HASH))).toBe(true)
    store.prune(0)
    const kept = readdirSync(join(dir, '.persist'), { recursive: true }).map(String)
    expect(kept.filter((name) => name.endsWith('theirs'))).toHaveLength(1)
  })

  test('a promise is noted beside a renewal for another time, and both are readable as before', () => {
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    const lease = store.lease!(HASH, MS)!
    const token = join(shardOf(dir, lease.id!), lease.id!)
    lease.promised!()
    lease.renew(5 * MS)
    expect(readFileSync(token, 'latin1')).toBe('000000050000p')
    lease.renew(6 * MS)
    lease.promised!()
    expect(readFileSync(token, 'latin1')).toBe('000000060000p')
    expect(lease.publish(plain(HASH, ''))).toBe(true)
    expect(store.get(HASH)).toEqual(plain(HASH, ''))
  })

  test('the leases that a holder waits for stand after the promise, and nothing is left of a longer line', () => {
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    const lease = store.lease!(HASH, MS)!
    const token = join(shardOf(dir, lease.id!), lease.id!)
    lease.waitsFor!(['one', 'another'])
    expect(readFileSync(token, 'latin1')).toBe(`${'\0'.repeat(13)}["one","another"]\n`)
    lease.renew(5 * MS)
    lease.promised!()
    lease.waitsFor!(['two'])
    expect(readFileSync(token, 'latin1')).toBe('000000050000p["two"]\n')
    lease.waitsFor!([])
    expect(readFileSync(token, 'latin1')).toBe('000000050000p')
  })

  test.each([
    ['["a","b"]\n', ['a', 'b']],
    ['[5,"a",{},null]\n', ['a']],
    [`[${'"a",'.repeat(1000)}"a"]\n`, Array(100).fill('a')],
    [`["${'x'.repeat(201)}"]\n`, undefined],
    ['["a","b', undefined],
    ['["a"]\n["b"]\n', undefined],
    ['["a"', undefined],
    ['{"0":"a"}\n', undefined],
    [`[${'['.repeat(100_000)}]\n`, undefined],
    [`["a${'x'.repeat(200_000)}"]\n`, undefined],
  ])('of a foreign note of waits only the ids count: case %#', (line, waitsFor) => {
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    const { id } = store.lease!(HASH, MS)!
    writeFileSync(join(shardOf(dir, id!), id!), `${'\0'.repeat(13)}${line}`)
    const met: LeaseHolder[] = []
    expect(store.lease!(HASH, MS, { onHeld: (holder) => void met.push(holder) })).toBeUndefined()
    expect(met).toEqual([{ id, ...(waitsFor && { waitsFor }) }])
  })

  test('a renewal is seen even where the clock of the holder stands still', () => {
    const dir = newFolder()
    let now = 0
    const stopped = { now: () => 1_700_000_000_000, monotonic: () => now }
    const lease = diskStore(dir, { clock: stopped }).open('f').lease!(HASH, MS)!
    const store = diskStore(dir, { clock: stopped }).open('f')
    for (let quarter = 0; quarter < 20; quarter++) {
      expect(store.lease!(HASH, MS)).toBeUndefined()
      expect(lease.renew(MS)).toBe(true)
      now += MS / 4
    }
    expect(lease.publish(plain(HASH))).toBe(true)
  })
})

describe('holders that died all at once', () => {
  test('3,000 of another host are given up within one lease, by an asker who goes round all keys', () => {
    const dir = newFolder()
    let now = 0
    const store = diskStore(dir, { clock: { now: () => Date.now(), monotonic: () => now } }).open('f')
    const hashes = Array.from({ length: 3000 }, (_, number) => `hash-${number}`)
    const first = store.lease!(hashes[0]!, MS)!
    for (const hash of hashes) {
      const sum = [...hash].reduce((total, char) => total + char.charCodeAt(0), 0)
      const shard = join(dir, '.persist', (sum % 16).toString(16))
      mkdirSync(shard, { recursive: true })
      writeFileSync(join(shard, first.id!.replace(hashes[0]!, hash).replace(thisHolder().host, '0123456789ab')), '')
    }
    first.release()
    for (const hash of hashes) expect(store.lease!(hash, MS)).toBeUndefined()
    now += MS
    for (const hash of hashes) expect(store.lease!(hash, MS)?.publish(plain(hash)), hash).toBe(true)
  })
})

function shardOf(dir: string, token: string): string {
  const work = join(dir, '.persist')
  const shard = readdirSync(work).find((name) => name.length === 1 && readdirSync(join(work, name)).includes(token))
  return join(work, shard!)
}

describe('what can be known of a holder', () => {
  test('this thread is itself, and another pid of this host that runs nothing is gone', () => {
    const self = thisHolder()
    expect(signOf(self)).toBe('self')
    expect(signOf({ ...self, pid: 4_194_304 })).toBe('gone')
    expect(signOf({ ...self, host: '0123456789ab' })).toBe('silent')
  })

  test.runIf(process.platform === 'linux')('a pid that was given to a later process is recognized by its start', () => {
    const self = thisHolder()
    expect(signOf({ ...self, pid: process.ppid, thread: String(process.ppid), start: '1' })).toBe('gone')
    expect(signOf({ ...self, start: '1' })).toBe('gone')
    expect(signOf({ ...self, pid: process.ppid, thread: 'w0', start: '0' })).toBe('likely')
  })
})

test.runIf(process.platform === 'linux')(
  'a lease in a copy of a folder ends in its time, though its holder runs; in the folder itself it is held',
  () => {
    const dir = newFolder()
    let now = 0
    const clock = { now: () => Date.now(), monotonic: () => now }
    const { id } = diskStore(dir, { clock }).open('f').lease!(HASH, MS)!
    const { pid, thread, start } = thisHolder()
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1')
    const parent = `-${process.ppid}-${process.ppid}-${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}-`
    const shard = shardOf(dir, id!)
    renameSync(join(shard, id!), join(shard, id!.replace(`-${pid}-${thread}-${start}-`, parent)))
    const copy = newFolder()
    cpSync(dir, copy, { recursive: true })
    const [there, here] = [dir, copy].map((folder) => diskStore(folder, { clock }).open('f'))
    for (const store of [there!, here!]) expect(store.lease!(HASH, MS)).toBeUndefined()
    now += MS
    expect(there!.lease!(HASH, MS)).toBeUndefined()
    expect(here!.lease!(HASH, MS)?.publish(plain(HASH))).toBe(true)
  },
)

test('a lease has the mark of its folder, also if another process has removed that and made it again', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  store.lease!(HASH, MS)!.release()
  const shard = shardOf(dir, store.lease!(HASH, MS)!.id!)
  const before = folderMark(lstatSync(shard))
  // Its number would be given again at once.
  renameSync(dir, `${dir}-removed`)
  diskStore(dir).open('f').lease!(HASH, MS)!.release()
  const { id } = store.lease!(HASH, MS)!
  expect(folderMark(lstatSync(shard))).not.toBe(before)
  expect(readToken(id!)?.folder).toBe(folderMark(lstatSync(shard)))
  rmSync(`${dir}-removed`, { recursive: true })
})

test('the name of a token says whose it is and what for, and nothing else is taken for one', () => {
  const token = readToken(tokenName('0123456789ab-a-hash-with-dashes', 30_000))
  expect(token).toMatchObject({
    target: '0123456789ab-a-hash-with-dashes',
    kind: 'lease',
    leaseMs: 30_000,
    holder: thisHolder(),
  })
  for (const kind of ['set', 'aside', 'delete'] as const) {
    expect(readToken(tokenName('0123456789ab-x', kind))).toMatchObject({ kind, leaseMs: undefined })
  }
  expect(token?.folder).toBeUndefined()
  expect(readToken(tokenName('0123456789ab-x', 'set', '00k3x9'))?.folder).toBe('00k3x9')
  for (const name of ['x', 'theirs.txt', '0123456789ab-x-set', '']) expect(readToken(name)).toBeUndefined()
})
