import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  lutimesSync,
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
import { bootClock } from '@persist/store/holder'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { Layout } from '../src/folder/layout.ts'
import { newFolder, plain } from './support/folder.ts'
import { PLANTS, plant } from './support/plants.mjs'

const HASH = 'a-hash'
const EVERYTHING = fileURLToPath(new URL('./children/everything.mjs', import.meta.url))
const tag = createHash('sha256').update(JSON.stringify('f')).digest('hex').slice(0, 12)

let dir: string
let elsewhere: string
let victim: string

beforeEach(() => {
  dir = newFolder()
  elsewhere = newFolder()
  victim = join(elsewhere, 'victim')
  const store = diskStore(dir).open('f', { bounds: { maxEntries: 50 } })
  for (let number = 0; number < 20; number++) store.set(plain(`entry-${number}`))
  store.lease!('b-hash', 1000)!.release()
  const shard = new Layout(dir).shardOf('foreign')
  mkdirSync(shard, { recursive: true })
  writeFileSync(join(shard, `${tag}-foreign-lease30000-0123456789ab-42-42-1-abc.0`), '')
  writeFileSync(victim, 'precious')
})

const NAMES = { 'usage-…': tag, 'deleted-…': tag, 'leases-…': tag, 'silent-…': bootClock()?.boot ?? tag }

describe.each(Object.entries(NAMES))('in the place of %s', (file, digest) => {
  test.each(PLANTS)('%s harms no file and hangs nothing, and values are right', (kind) => {
    const path = join(dir, '.persist', file.replace('…', digest))
    rmSync(path, { force: true })
    plant(kind, path, victim)
    const { stdout, error } = spawnSync(process.execPath, [EVERYTHING, dir], { encoding: 'utf8', timeout: 20_000 })
    expect(error).toBeUndefined()
    const lines = stdout.trim().split('\n')
    expect(lines.at(-1)).toBe('values are right')
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(done|failed ERR_PERSIST_STORE)/)
    expect(readdirSync(elsewhere)).toEqual(['victim'])
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    if (existsSync(join(path, 'theirs'))) expect(readFileSync(join(path, 'theirs'), 'utf8')).toBe('kept')
  })
})

describe('in the place of the token of a lease that is held', () => {
  test.each(PLANTS)('%s is not written into, nothing hangs, and the key goes on', (kind) => {
    // Swapped while the function runs.
    const { stdout, error } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL('./children/swapped.mjs', import.meta.url)), dir, kind, victim],
      { encoding: 'utf8', timeout: 20_000 },
    )
    expect(error).toBeUndefined()
    expect(stdout.trim()).toMatch(
      /^promised (done|ERR_\S+), waiting (done|ERR_\S+), renewed \S+, published (true|false|ERR_PERSIST_STORE), then true$/,
    )
    expect(readdirSync(elsewhere)).toEqual(['victim'])
    expect(readFileSync(victim, 'utf8')).toBe('precious')
  })
})

test.each(PLANTS.filter((kind) => !/empty|rubbish|3 GB/.test(kind)))(
  'a folder whose persist.json is %s is refused, and nothing hangs',
  (kind) => {
    rmSync(join(dir, 'persist.json'))
    plant(kind, join(dir, 'persist.json'), victim)
    const problems: string[] = []
    for (const method of [
      () => diskStore(dir).open('f').get('entry-0'),
      () => diskStore(dir).open('f').lease!(HASH, 1000),
    ]) {
      try {
        method()
        problems.push('none')
      } catch (error) {
        problems.push((error as PersistError).code)
      }
    }
    // A dangling link, or a file with another name elsewhere, holds no format: then it is as if there were none.
    for (const problem of problems) expect(['ERR_PERSIST_STORE_UNAVAILABLE', 'none']).toContain(problem)
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    expect(readdirSync(elsewhere)).toEqual(['victim'])
  },
)

describe("a link in the place of a folder of the store's own", () => {
  const OLD = 1_500_000_000

  beforeEach(() => {
    for (const name of ['document', `${tag}-x-set-0123456789ab-1-1-1-abc.0`]) {
      writeFileSync(join(elsewhere, name), 'precious')
      lutimesSync(join(elsewhere, name), OLD, OLD)
    }
  })

  const shards = Array.from({ length: 16 }, (_, shard) => shard.toString(16))

  test.each([['quarantine'], shards, ['..']])(
    '%s … leads no method out of the store, and nothing there goes',
    (...names) => {
      for (const name of names) {
        const path = name === '..' ? join(dir, '.persist') : join(dir, '.persist', name)
        rmSync(path, { recursive: true, force: true })
        symlinkSync(elsewhere, path)
      }
      const before = readdirSync(elsewhere)
      const clock = { now: () => Date.now() + 1e12, monotonic: () => performance.now() }
      const store = diskStore(dir, { clock }).open('f', { bounds: { maxEntries: 5 } })
      writeFileSync(join(dir, 'f', 'entry-1.entry'), '{"persist":1,"crc32":"damaged')
      for (const method of [
        () => store.get('entry-1'),
        () => store.set(plain(HASH)),
        () => store.lease!('c-hash', 1000)?.publish(plain('c-hash')),
        () => store.tagFence!.record('red'),
        () => store.prune(0, { maxEntries: 3 }),
        () => store.delete('entry-2'),
        () => store.clear(),
        () => store.prune(0),
      ]) {
        try {
          method()
        } catch (error) {
          expect((error as PersistError).code).toBe('ERR_PERSIST_STORE')
        }
      }
      expect(readdirSync(elsewhere)).toEqual(before)
      for (const name of before) expect(readFileSync(join(elsewhere, name), 'utf8')).toBe('precious')
    },
  )
})

test('a foreign file among the damaged entries stays, however old it is', () => {
  mkdirSync(join(dir, '.persist', 'quarantine'), { recursive: true })
  writeFileSync(join(dir, '.persist', 'quarantine', 'theirs.txt'), 'kept')
  const clock = { now: () => Date.now() + 1e12, monotonic: () => performance.now() }
  const store = diskStore(dir, { clock }).open('f')
  writeFileSync(join(dir, 'f', 'entry-1.entry'), '{"persist":1,"crc32":"damaged')
  expect(store.get('entry-1')).toBeUndefined()
  expect(readdirSync(join(dir, '.persist', 'quarantine'))).toHaveLength(2)
  store.prune(0)
  expect(readdirSync(join(dir, '.persist', 'quarantine'))).toEqual(['theirs.txt'])
})

test('a usage file that others have written rubbish into is counted again some time, and no value is wrong', () => {
  appendFileSync(join(dir, '.persist', `usage-${tag}`), '=99999999999 9999999999\nnonsense\n+-5 x\n')
  const store = diskStore(dir).open('f', { bounds: { maxEntries: 50 } })
  for (let number = 0; number < 100; number++) store.set(plain(`new-${number}`))
  expect(store.get('new-99')).toEqual(plain('new-99'))
})
