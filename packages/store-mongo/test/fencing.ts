import type { TagFence } from '@persist/store'
import { type MongoStoreOptions, mongoStore } from '@persist/store-mongo'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { CollectionAccess } from '../src/collection-access.ts'
import { idsOf } from '../src/ids.ts'
import { resolveOptions } from '../src/options.ts'
import { MongoTagFence } from '../src/tag-fence.ts'
import { Child } from './child.ts'
import { ownDatabase } from './subject.ts'

const DAY = 86_400_000
const YEAR = 365 * DAY

/** How deletions by tag are put in order on every server. */
export function fencingCases(url: string, options: MongoStoreOptions = {}): void {
  describe('deletions by tag', () => {
    const database = ownDatabase(url)
    const adapter = mongoStore(database.url, options)
    const other = mongoStore(database.url, { ...options, clientOptions: {} })
    const access = new CollectionAccess(resolveOptions(database.url, options))
    const documents = database.collection()
    let name: string
    let fence: TagFence<'async'>
    let count = 0
    beforeEach(() => {
      name = `f${count++}`
      fence = adapter.open(name).tagFence!
    })
    afterAll(() => Promise.all([adapter.close(), other.close(), access.close()]))
    const idOf = (number: number) => `${name}%tags:${String(number).padStart(15, '0')}`
    const steps = () => documents.find({ _id: { $gte: `${name}%tags:`, $lt: `${name}%tags;` } }, { sort: { _id: 1 } })

    test('are seen by a mark from before, and by none from after', async () => {
      const there = other.open(name).tagFence!
      const first = await fence.mark()
      expect(await fence.hasDeleted(first, ['red'])).toBe(false)
      await there.record('red')
      expect(await fence.hasDeleted(first, ['green', 'red'])).toBe(true)
      expect(await fence.hasDeleted(first, ['green'])).toBe(false)
      expect(await fence.hasDeleted(first, [])).toBe(false)
      const second = await fence.mark()
      expect(await fence.hasDeleted(second, ['red'])).toBe(false)
      await there.record('red')
      expect(await fence.hasDeleted(second, ['red'])).toBe(true)
      const elsewhere = adapter.open(`${name}x`).tagFence!
      expect(await elsewhere.hasDeleted(await elsewhere.mark(), ['red']), 'another namespace').toBe(false)
    })

    test('are seen from another process', async () => {
      const mark = await fence.mark()
      const child = new Child('deletes-tag', database.url, name, 'red')
      await child.says('recorded')
      expect(await child.ended).toBe(0)
      expect(await fence.hasDeleted(mark, ['red'])).toBe(true)
      expect(await fence.hasDeleted(mark, ['blue'])).toBe(false)
    })

    test('are answered as a list of them would', async () => {
      const tags = ['a', 'b', '\ud800', '\udc00', '$where']
      const acts = fc.array(fc.oneof(fc.constantFrom(...tags), fc.constant(undefined)), { maxLength: 14 })
      let round = 0
      await fc.assert(
        fc.asyncProperty(acts, async (list) => {
          const own = adapter.open(`${name} ${round++}`).tagFence!
          const deleted: string[] = []
          const marks: { readonly mark: string; readonly since: number }[] = []
          for (const act of list) {
            if (act === undefined) marks.push({ mark: await own.mark(), since: deleted.length })
            else {
              await own.record(act)
              deleted.push(act)
            }
          }
          for (const { mark, since } of marks) {
            for (const tag of tags) {
              expect(await own.hasDeleted(mark, [tag])).toBe(deleted.slice(since).includes(tag))
            }
          }
        }),
        { numRuns: 10 },
      )
    })

    test('are forgotten when there were many since, and then answered with true', async () => {
      const short = new MongoTagFence(access, idsOf(name), name, 3)
      const mark = await short.mark()
      const { dropAt } = (await documents.findOne({ _id: idOf(1) }))!
      await documents.insertOne({ _id: idOf(999), name: 'last', dropAt })
      expect(await short.hasDeleted(mark, ['red'])).toBe(false)
      await short.record('blue')
      const until = performance.now() + 30_000
      while ((await steps().toArray()).length > 2 && performance.now() < until) await pause(20)
      expect((await steps().toArray()).map(({ _id }) => _id)).toEqual([idOf(999), idOf(1000)])
      expect(await short.hasDeleted(mark, ['red'])).toBe(true)
    })

    test('are all seen when many record at once, of one tag and of many', async () => {
      const stores = [fence, other.open(name).tagFence!]
      const mark = await fence.mark()
      const tags = Array.from({ length: 20 }, (_, number) => `tag ${number >> 1}`)
      await Promise.all(tags.map((tag, number) => stores[number % 2]!.record(tag)))
      for (const tag of tags) expect(await fence.hasDeleted(mark, [tag]), tag).toBe(true)
      const after = await fence.mark()
      expect(await fence.hasDeleted(after, tags)).toBe(false)
    })

    test('of many that mark a new namespace at once, all have the same mark', async () => {
      const stores = [fence, other.open(name).tagFence!]
      const marks = await Promise.all(Array.from({ length: 10 }, (_, index) => stores[index % 2]!.mark()))
      expect(new Set(marks).size).toBe(1)
    })

    test('are no entries: no listing, size, clear or namespace shows them', async () => {
      const store = adapter.open(name)
      const mark = await fence.mark()
      await fence.record('red')
      const listed: string[] = []
      for await (const { hash } of store.heads()) listed.push(hash)
      for await (const { hash } of store.entries()) listed.push(hash)
      for await (const namespace of adapter.namespaces!()) if (namespace.startsWith(name)) listed.push(namespace)
      expect(listed).toEqual([])
      expect(await store.stats()).toEqual({ entries: 0, bytes: 0 })
      expect(await store.clear()).toBe(0)
      expect(await store.prune(Date.now() + 10 * YEAR, { maxEntries: 1 })).toBe(0)
      expect(await fence.hasDeleted(mark, ['red']), 'after a clear').toBe(true)
    })

    test('a mark that was removed is answered with true, also when its number is there again', async () => {
      const mark = await fence.mark()
      await fence.record('red')
      await documents.deleteMany({ _id: { $gte: `${name}%tags:`, $lt: `${name}%tags;` } })
      expect(await fence.hasDeleted(mark, ['blue'])).toBe(true)
      const next = await fence.mark()
      expect(await fence.hasDeleted(mark, ['blue'])).toBe(true)
      expect(await fence.hasDeleted(next, ['red', 'blue'])).toBe(false)
      await fence.record('blue')
      expect(await fence.hasDeleted(next, ['blue'])).toBe(true)
    })

    test('are kept for 60 days, each longer than those before, whatever the clocks say', async () => {
      const mark = await fence.mark()
      const times = async () => (await steps().toArray()).map(({ dropAt }) => (dropAt as Date).getTime())
      expect(Math.round(((await times())[0]! - Date.now()) / DAY)).toBe(60)
      expect(await fence.mark(), 'a mark for all who begin now').toBe(mark)
      // The next one comes from a clock that is ahead, and so does its end.
      await documents.insertOne({ _id: idOf(2), name: 'ahead', tag: 'x', dropAt: new Date(Date.now() + 10 * YEAR) })
      for (const tag of ['a', 'b', 'c']) await fence.record(tag)
      const ends = await times()
      expect(ends).toHaveLength(5)
      expect([...new Set(ends)].sort((a, b) => a - b)).toEqual(ends)
    })

    test('a mark stays for 30 days at least, by the clock of who takes it', async () => {
      await fence.mark()
      await documents.updateOne({ _id: idOf(1) }, { $set: { dropAt: new Date(Date.now() + 31 * DAY) } })
      expect(await fence.mark()).toMatch(/^1\./)
      for (const days of [29, -40]) {
        await documents.updateMany(
          { _id: { $gte: idOf(1), $lt: `${name}%tags;` } },
          { $set: { dropAt: new Date(Date.now() + days * DAY) } },
        )
        await fence.mark()
        const last = (await steps().toArray()).at(-1)!
        expect(Math.round(((last.dropAt as Date).getTime() - Date.now()) / DAY)).toBe(60)
        expect(last.tag).toBeUndefined()
      }
    })

    test('documents among them that are none of ours hide no deletion and stop nothing', async () => {
      const mark = await fence.mark()
      const strange = [
        { _id: idOf(2) },
        { _id: idOf(3), name: 5, tag: 5, dropAt: 'never' },
        { _id: idOf(4), name: 'a.b', dropAt: new Date(Date.now() + YEAR) },
        { _id: idOf(5), name: 'x'.repeat(1000), tag: ['red'], dropAt: new Date(Date.now() + YEAR) },
      ]
      for (const document of strange) {
        await documents.insertOne(document)
        const during = await fence.mark()
        await fence.record('red')
        expect(await fence.hasDeleted(during, ['red']), document._id).toBe(true)
        expect(await fence.hasDeleted(mark, ['red']), document._id).toBe(true)
        expect(await fence.hasDeleted(await fence.mark(), ['red']), document._id).toBe(false)
        await documents.deleteMany({ _id: { $gt: document._id, $lt: `${name}%tags;` } })
      }
      for (const last of [`${name}%tags:999999999999999`, `${name}%tags:x`]) {
        await documents.insertOne({ _id: last, name: 'n', dropAt: new Date(Date.now() + YEAR) })
        await fence.record('red')
        expect(await fence.hasDeleted(mark, ['red']), last).toBe(true)
        const after = await fence.mark()
        expect(await fence.hasDeleted(after, ['red']), last).toBe(false)
        await fence.record('red')
        expect(await fence.hasDeleted(after, ['red']), last).toBe(true)
      }
      for (const wrong of ['', '.', 'x', 'x.y', '.0', '-1.x', '1e3.x', `${mark}.1`, `${mark}x`]) {
        expect(await fence.hasDeleted(wrong, ['blue']), wrong).toBe(true)
      }
    })
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
