import * as nodeFs from 'node:fs'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { Layout, namespaceId } from '../src/folder/layout.ts'
import { KnownHolders } from '../src/lease/known-holders.ts'
import { readToken, tokenName } from '../src/lease/token.ts'
import { newFolder, plain } from './support/folder.ts'

const MS = 30_000
const COUNT = 2_000

test('of many leases that others hold each is asked for by a look at one file, and taken without going through all of them', () => {
  const dir = newFolder()
  const layout = new Layout(dir)
  const hashes = Array.from({ length: COUNT }, (_, number) => `hash-${number}`)
  diskStore(dir).open('f').lease!('first', MS)!.release()
  for (const shard of layout.shards) nodeFs.mkdirSync(shard, { recursive: true })
  for (const hash of hashes) {
    const name = `${namespaceId('f')}-${hash}-lease${MS}-0123456789ab-42-42-1-abc.0`
    nodeFs.writeFileSync(layout.shardOf(hash) + name, '')
  }
  let now = 0
  let listings = 0
  let names = 0
  let made = 0
  const fileSystem = {
    ...nodeFs,
    openSync: (path: string, flags: number | string, mode?: number) => {
      if (typeof flags === 'number' && (flags & nodeFs.constants.O_CREAT) !== 0) made++
      return nodeFs.openSync(path, flags, mode)
    },
    readdirSync: (path: string) => {
      const found = nodeFs.readdirSync(path)
      listings++
      names += found.length
      return found
    },
  }
  const clock = { now: () => Date.now(), monotonic: () => now }
  const store = diskStore(dir, { clock, fileSystem: fileSystem as unknown as typeof nodeFs }).open('f')
  const ids: unknown[] = []
  for (const hash of hashes) expect(store.lease!(hash, MS, { onHeld: ({ id }) => ids.push(id) })).toBeUndefined()
  expect(ids).toHaveLength(COUNT)
  expect(listings).toBeLessThan(100)
  const before = { listings, made }
  for (const hash of hashes) expect(store.lease!(hash, MS)).toBeUndefined()
  expect({ listings, made }).toEqual(before)
  now += MS
  names = 0
  for (const hash of hashes) expect(store.lease!(hash, MS)?.publish(plain(hash)), hash).toBe(true)
  expect(names).toBeLessThan(10 * COUNT)
  for (const hash of hashes) expect(store.get(hash)).toEqual(plain(hash))
})

test('a lease that its holder has given back, or lost to another one, is not shown any more', () => {
  const dir = newFolder()
  const [one, two, asker] = [diskStore(dir).open('f'), diskStore(dir).open('f'), diskStore(dir).open('f')]
  const first = one.lease!('a-hash', MS)!
  const shown: unknown[] = []
  const ask = () => asker.lease!('a-hash', MS, { onHeld: ({ id }) => shown.push(id) })
  expect(ask()).toBeUndefined()
  const second = two.lease!('a-hash', MS, { steal: true })!
  expect(ask()).toBeUndefined()
  expect(shown).toEqual([first.id, second.id])
  second.release()
  expect(ask()?.publish(plain('a-hash'))).toBe(true)
})

test('no more holders are remembered than there is room for, and one that is forgotten makes room', () => {
  const known = new KnownHolders(2)
  const token = (hash: string) => readToken(tokenName(`0123456789ab-${hash}`, MS))!
  const [a, b, c] = [token('a'), token('b'), token('c')]
  for (const one of [a, b, c, a]) known.note('0', one)
  expect([...known.in('0')]).toEqual([a, b])
  known.forget('0', a.target)
  known.forget('0', a.target)
  known.note('0', readToken(tokenName('0123456789ab-d', 'set'))!)
  known.note('0', c)
  known.note('0', a)
  expect([...known.in('0')]).toEqual([b, c])
  expect(known.of('1', b.target)).toBeUndefined()
})
