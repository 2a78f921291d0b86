import type { TagFence } from '@persist/store'
import { type MongoStoreOptions, mongoStore } from '@persist/store-mongo'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { idsOf } from '../src/ids.ts'
import { planOf } from '../src/options.ts'
import { Place } from '../src/place.ts'
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
    const place = new Place(planOf(database.url, options))
    const documents = database.collection()
    let name: string
    let fence: TagFence<'async'>
    let count = 0
    beforeEach(() => {
      name = `f${count++}`
      fence = adapter.open(name).tagFence!
    })
    afterAll(() => Promise.all([adapter.close(), other.close(), place.close()]))
    const counter = () => `${name}%tags:~`
    /** As the server's own job would, after the counter's time is over. */
    const removeCounter = () => documents.deleteOne({ _id: counter() })

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

    test('are answered as a list of them would, and with true where the store has forgotten', async () => {
      const kept = 4
      const tags = ['a', 'b', '\ud800', '\udc00', '$where']
      const acts = fc.array(fc.oneof(fc.constantFrom(...tags), fc.constant(undefined)), { maxLength: 14 })
      let round = 0
      await fc.assert(
        fc.asyncProperty(acts, async (list) => {
          const short = new MongoTagFence(place, idsOf(`${name} ${round++}`), name, kept)
          const deleted: string[] = []
          const marks: { readonly mark: string; readonly since: number }[] = []
          for (const act of list) {
            if (act === undefined) marks.push({ mark: await short.mark(), since: deleted.length })
            else {
              await short.record(act)
              deleted.push(act)
            }
          }
          for (const { mark, since } of marks) {
            for (const tag of tags) {
              const isForgotten = deleted.length - since > kept
              expect(await short.hasDeleted(mark, [tag])).toBe(isForgotten || deleted.slice(since).includes(tag))
            }
          }
        }),
        { numRuns: 10 },
      )
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

    test('a mark whose counter was removed is answered with true, also when there is another counter', async () => {
      const mark = await fence.mark()
      await fence.record('red')
      await removeCounter()
      expect(await fence.hasDeleted(mark, ['blue'])).toBe(true)
      const next = await fence.mark()
      expect(await fence.hasDeleted(mark, ['blue'])).toBe(true)
      expect(await fence.hasDeleted(next, ['red', 'blue'])).toBe(false)
      await fence.record('blue')
      expect(await fence.hasDeleted(next, ['blue'])).toBe(true)
    })

    test('a counter has 60 days, is given them again when half are over, and goes before its tags', async () => {
      const mark = await fence.mark()
      await setDropAt(40 * DAY)
      await fence.mark()
      expect(await daysLeft()).toBe(40)
      await setDropAt(20 * DAY)
      expect(await fence.mark()).toBe(mark)
      expect(await daysLeft()).toBe(60)
      await fence.record('red')
      const tags = await documents.find({ _id: { $gte: `${name}%tags:`, $lt: counter() } }).toArray()
      expect(tags.map(({ dropAt }) => (dropAt as Date).getTime() > Date.now() + YEAR)).toEqual([true])
    })

    test('a counter whose time is over by some clock counts for nothing any more', async () => {
      const mark = await fence.mark()
      await setDropAt(-40 * DAY)
      expect(await fence.mark()).not.toBe(mark)
      expect(await daysLeft()).toBe(60)
      expect(await fence.hasDeleted(mark, ['blue'])).toBe(true)
    })

    test('what is no counter is replaced by one, and hides no deletion', async () => {
      const mark = await fence.mark()
      const date = new Date(Date.now() + 50 * DAY)
      const strange = [
        {},
        { epoch: 5, n: 0, dropAt: date },
        { epoch: { $gt: '' }, n: 0, dropAt: date },
        { epoch: 'a.b', n: 0, dropAt: date },
        { epoch: 'e', n: 'many', dropAt: date },
        { epoch: 'e', n: Number.MAX_SAFE_INTEGER, dropAt: date },
        { epoch: 'e', n: 0, dropAt: 'never' },
      ]
      for (const fields of strange) {
        await documents.replaceOne({ _id: counter() }, fields)
        expect(await fence.hasDeleted(mark, ['red']), JSON.stringify(fields)).toBe(true)
        const during = await fence.mark()
        await fence.record('red')
        expect(await fence.hasDeleted(during, ['red']), JSON.stringify(fields)).toBe(true)
        expect(await fence.hasDeleted(await fence.mark(), ['red'])).toBe(false)
      }
      for (const wrong of ['', '.', 'x', 'x.y', '.0', `${mark}.1`]) {
        expect(await fence.hasDeleted(wrong, ['red']), wrong).toBe(true)
      }
    })

    async function setDropAt(fromNow: number): Promise<void> {
      await documents.updateOne({ _id: counter() }, { $set: { dropAt: new Date(Date.now() + fromNow) } })
    }

    async function daysLeft(): Promise<number> {
      const found = await documents.findOne({ _id: counter() })
      return Math.round(((found!.dropAt as Date).getTime() - Date.now()) / DAY)
    }
  })
}
