import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease } from '@persist/store'
import { signOf, thisHolder } from '@persist/store/holder'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { readToken, tokenName } from '../src/lease/token.ts'
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

test('leases leave no files behind, whatever becomes of them', () => {
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

describe('what can be told of a holder', () => {
  test('this thread is itself, and another pid of this host that runs nothing is gone', () => {
    const self = thisHolder()
    expect(signOf(self)).toBe('self')
    expect(signOf({ ...self, pid: 4_194_304 })).toBe('gone')
    expect(signOf({ ...self, host: '0123456789ab' })).toBe('silent')
  })

  test.runIf(process.platform === 'linux')('a pid that was given to a later process is told by its start', () => {
    const self = thisHolder()
    expect(signOf({ ...self, pid: process.ppid, thread: String(process.ppid), start: '1' })).toBe('gone')
    expect(signOf({ ...self, start: '1' })).toBe('gone')
    expect(signOf({ ...self, pid: process.ppid, thread: 'w0', start: '0' })).toBe('likely')
  })
})

test('the name of a token says whose it is and what for, and nothing else is taken for one', () => {
  const token = readToken(tokenName('0123456789ab-a-hash-with-dashes', 30_000))
  expect(token).toMatchObject({ target: '0123456789ab-a-hash-with-dashes', leaseMs: 30_000, holder: thisHolder() })
  expect(readToken(tokenName('0123456789ab-x', undefined))?.leaseMs).toBeUndefined()
  for (const name of ['x', 'theirs.txt', '0123456789ab-x-set', '']) expect(readToken(name)).toBeUndefined()
})
