import { type MongoStoreOptions, mongoStore } from '@persist/store-mongo'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ownDatabase } from './subject.ts'

const HOUR = 3_600_000
const YEARS = 5 * 365 * 24 * HOUR
const BOUND = 20

/** What is tidied up on every server, whatever the clocks of the machines say. */
export function maintenanceCases(url: string, options: MongoStoreOptions = {}): void {
  describe('tidying up', () => {
    const database = ownDatabase(url)
    const adapter = mongoStore(database.url, options)
    const documents = database.collection()
    const bounds = { maxEntries: BOUND }
    let name: string
    let count = 0
    beforeEach(() => {
      name = `f${count++}`
    })
    afterAll(() => adapter.close())
    const entryOf = (hash: string) => ({ hash, payload: 'x'.repeat(100), createdAt: Date.now() })
    const ofName = () => ({ _id: { $gte: `${name}:`, $lt: `${name};` } })
    const left = async () => {
      const found = await documents.find(ofName(), { projection: { _id: 1 }, sort: { _id: 1 } }).toArray()
      return found.map(({ _id }) => _id.slice(name.length + 1))
    }

    for (const [whose, usedAt] of [
      ['a clock that is years ahead', new Date(Date.now() + YEARS)],
      ['no clock at all', 'never'],
    ] as const) {
      test(`is not stopped by a note of ${whose}`, async () => {
        await documents.insertOne({ _id: `${name}%maintenance`, usedAt })
        const store = adapter.open(name, { bounds })
        for (let number = 0; number < 5 * BOUND; number++) await store.set(entryOf(`${number}`))
        await until(async () => {
          await store.set(entryOf('last'))
          return (await left()).length <= 1.2 * BOUND
        })
      })
    }

    test('after a clock that was years ahead, what is written now stays, and what is from then goes', async () => {
      const store = adapter.open(name)
      for (let number = 0; number < BOUND; number++) await store.set(entryOf(`ahead ${number}`))
      await documents.updateMany(ofName(), { $set: { usedAt: new Date(Date.now() + YEARS) } })
      await documents.updateOne({ _id: `${name}:ahead 0` }, { $set: { usedAt: 'never' } })
      for (let number = 0; number < BOUND / 2; number++) await store.set(entryOf(`now ${number}`))
      expect(await store.prune(0, bounds)).toBe(BOUND / 2)
      const kept = await left()
      for (let number = 0; number < BOUND / 2; number++) expect(kept).toContain(`now ${number}`)
    })

    test('notes the use of an entry that a clock ahead, or none, has used before', async () => {
      const store = adapter.open(name, { bounds })
      for (const usedAt of [new Date(Date.now() + YEARS), 'never', 5]) {
        await store.set(entryOf('a'))
        await documents.updateOne({ _id: `${name}:a` }, { $set: { usedAt } })
        await store.get('a')
        const isNoted = { _id: `${name}:a`, usedAt: { $lt: new Date(Date.now() + HOUR) } }
        await until(async () => (await documents.countDocuments(isNoted)) === 1)
      }
    })

    test('prune keeps a stale entry until it may not be served any more', async () => {
      const store = adapter.open(name)
      const start = Date.now() + HOUR
      const entry = { hash: 'a', payload: 'x', createdAt: 1, expiresAt: start, staleUntil: start + 4_000 }
      await store.set(entry)
      await store.set({ ...entry, hash: 'b: fresher than its stale window', expiresAt: start + 8_000.5 })
      await store.set({ hash: 'c: without a window', payload: 'x', createdAt: 1, expiresAt: start })
      expect(await store.prune(start + 3_999)).toBe(1)
      expect(await left()).toEqual(['a', 'b: fresher than its stale window'])
      expect(await store.get('a')).toEqual(entry)
      for await (const head of store.heads()) expect(head.staleUntil).toBe(start + 4_000)
      expect(await store.prune(start + 4_000.5)).toBe(1)
      expect(await store.prune(start + 8_000)).toBe(0)
      expect(await store.prune(start + 8_001)).toBe(1)
      expect(await store.prune(Number.MAX_VALUE)).toBe(0)
    })

    test('takes only such chunks that no entry names for lost as are old by the server’s clock', async () => {
      const store = adapter.open(name)
      const ago = (ms: number) => new Date(Date.now() - ms)
      const chunk = (gen: string, times: object) => ({
        _id: `${name}%chunks:${gen}:00000`,
        hash: 'a',
        bytes: Buffer.of(1),
        ...times,
      })
      await documents.insertMany([
        chunk('old', { began: ago(2 * HOUR), at: ago(2 * HOUR) }),
        chunk('young, of a clock that is slow', { began: ago(1), at: ago(YEARS) }),
        chunk('of an older version', { at: ago(2 * HOUR) }),
        chunk('of an older version, long ago', { at: ago(48 * HOUR) }),
        chunk('without a time', {}),
      ])
      await documents.insertMany([
        { ...chunk('half', { began: ago(2 * HOUR) }), _id: `${name}%chunks:half:00000` },
        { ...chunk('half', { began: ago(1) }), _id: `${name}%chunks:half:00001` },
      ])
      // A clock that is ahead says what is to expire, and nothing about chunks.
      await store.prune(Date.now() + YEARS)
      const chunks = { _id: { $gte: `${name}%chunks:`, $lt: `${name}%chunks;` } }
      const found = await documents.find(chunks, { projection: { _id: 1 } }).toArray()
      expect(found.map(({ _id }) => String(_id).split(':')[1]).sort()).toEqual([
        'half',
        'half',
        'of an older version',
        'without a time',
        'young, of a clock that is slow',
      ])
    })

    test('a large value is written while a clock far ahead tidies up, and stays whole', async () => {
      const store = adapter.open(name)
      const payload = Buffer.alloc(17 * 1024 * 1024, 7)
      const writing = store.set({ hash: 'large', payload, createdAt: 1 })
      let isWritten = false
      const end = () => {
        isWritten = true
      }
      writing.then(end, end)
      const hasty = mongoStore(database.url, options)
      while (!isWritten) await hasty.open(name).prune(Date.now() + YEARS)
      await writing
      expect((await store.get('large'))?.payload.length).toBe(payload.length)
      await store.clear()
      await hasty.close()
    })

    test('prune keeps the small entries while one that is larger than maxBytes is being refreshed', async () => {
      const store = adapter.open(name)
      for (const hash of ['a', 'b', 'c']) await store.set(entryOf(hash))
      await store.set({ hash: 'large', payload: 'x'.repeat(5_000), createdAt: 1 })
      const lease = await store.lease!('large', 30_000)
      expect(await store.prune(0, { maxBytes: 1_000 })).toBe(0)
      expect(await store.prune(0, { maxBytes: 250 })).toBe(1)
      await lease!.release()
      expect(await store.prune(0, { maxBytes: 1_000 })).toBe(1)
      expect(await left()).toHaveLength(2)
    })

    test('fields of a document that are of another type are no error of the reader', async () => {
      const store = adapter.open(name)
      const bounded = adapter.open(name, { bounds })
      await store.set({ ...entryOf('a'), durationMs: 5, promised: true })
      for (const [field, value] of Object.entries({ bytes: 'many', usedAt: 5, gen: { more: '' } })) {
        await documents.updateOne({ _id: `${name}:a` }, { $set: { [field]: value } })
        expect((await bounded.get('a'))?.payload, field).toBeDefined()
        for await (const { bytes } of store.heads()) expect(typeof bytes).toBe('number')
        expect(await store.prune(0, { maxEntries: 5, maxBytes: 1e9 })).toBe(0)
      }
      for (const [field, value] of Object.entries({ durationMs: 'long', promised: 1, staleUntil: 'soon' })) {
        await documents.updateOne({ _id: `${name}:a` }, { $set: { [field]: value } })
        expect(await store.get('a'), field).toBeUndefined()
        await documents.updateOne({ _id: `${name}:a` }, { $unset: { [field]: '' } })
      }
    })
  })
}

async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 50))
}
