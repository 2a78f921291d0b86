import type { Lease, LeaseHolder, Store } from '@persist/store'
import { type MongoStoreOptions, mongoStore } from '@persist/store-mongo'
import { Db, MongoClient } from 'mongodb'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { Child } from './child.ts'
import { ownDatabase } from './subject.ts'

const LONG = 60_000
const ENTRY = { hash: 'h', payload: 'x', createdAt: 1 }

/** What leases do on every server. */
export function leasingCases(url: string, options: MongoStoreOptions = {}, lacks?: string): void {
  /** For servers that find and change a document in one step: two thieves may win where there are two. */
  const inOneStep: typeof test =
    lacks === undefined ? test : (((name: string) => test.skip(`${name} (${lacks})`)) as never)
  describe('leases', () => {
    const database = ownDatabase(url)
    const adapter = mongoStore(database.url, options)
    const documents = database.collection()
    const other = mongoStore(database.url, { ...options, clientOptions: {} })
    let store: Store<'async'>
    let count = 0
    beforeEach(() => {
      store = adapter.open(`f${count++}`)
    })
    afterAll(() => Promise.all([adapter.close(), other.close()]))

    /** Asks for the lease, and gives the holder that the store names. */
    async function holderOf(asked: Store<'async'>, steal?: string): Promise<LeaseHolder | undefined> {
      const holders: LeaseHolder[] = []
      const onHeld = (held: LeaseHolder) => void holders.push(held)
      expect(await asked.lease!('h', LONG, { ...(steal !== undefined && { steal }), onHeld })).toBeUndefined()
      expect(holders.length).toBeLessThanOrEqual(1)
      return holders[0]
    }

    test('who asks for a held lease is given its id, which no other lease has', async () => {
      const ids = new Set<string>()
      for (let round = 0; round < 10; round++) {
        const lease = (await store.lease!('h', LONG))!
        expect(await holderOf(store)).toEqual({ id: lease.id, promised: false })
        ids.add(lease.id!)
        await lease.release()
      }
      expect(ids.size).toBe(10)
    })

    test('a theft by id takes the lease from that holder only', async () => {
      const first = (await store.lease!('h', LONG))!
      expect(await holderOf(store, 'another id')).toEqual({ id: first.id, promised: false })
      const second = (await store.lease!('h', LONG, { steal: first.id! }))!
      expect(await first.publish(ENTRY)).toBe(false)
      expect(await first.renew(LONG)).toBe(false)
      expect(await holderOf(store, first.id), 'a second theft').toEqual({ id: second.id, promised: false })
      await first.release()
      expect(await second.publish(ENTRY)).toBe(true)
    })

    test('a theft by id works over an entry, and after the holder has renewed', async () => {
      await store.set(ENTRY)
      const first = (await store.lease!('h', LONG))!
      await first.renew(LONG)
      const second = (await store.lease!('h', LONG, { steal: first.id! }))!
      expect(await store.get('h')).toEqual(ENTRY)
      expect(await first.publish({ ...ENTRY, payload: 'late' })).toBe(false)
      expect(await second.publish({ ...ENTRY, payload: 'new' })).toBe(true)
      expect((await store.get('h'))?.payload).toBe('new')
    })

    const ends: Record<string, (lease: Lease<'async'>) => Promise<unknown>> = {
      released: (lease) => lease.release(),
      published: (lease) => lease.publish(ENTRY),
      set: () => store.set(ENTRY),
      deleted: () => store.delete('h'),
      cleared: () => store.clear(),
    }
    for (const [how, end] of Object.entries(ends)) {
      test(`a theft by id comes too late for a lease that was ${how}`, async () => {
        await end((await store.lease!('h', LONG))!)
        expect(await holderOf(store, 'gone')).toBeUndefined()
        expect(await documents.countDocuments({ lease: { $exists: true }, _id: /^f\d+:h$/ as never })).toBe(0)
      })
    }

    test('whatever command of a clear it is published before or after, nothing of a run from before the clear is left', async () => {
      const namespace = `f${count - 1}`
      let commands = 0
      let publish = async (_command: number) => {}
      const client = new MongoClient(url)
      const { collection } = Db.prototype
      const inner = client.db.bind(client)
      client.db = (name, options) => {
        const db = inner(name, options)
        db.collection = (...args: Parameters<Db['collection']>) => {
          const entries = collection.apply(db, args)
          for (const method of ['deleteMany', 'updateMany', 'deleteOne'] as const) {
            const original = entries[method].bind(entries) as (...args: unknown[]) => Promise<unknown>
            entries[method] = (async (...args: unknown[]) => {
              await publish(commands++)
              return original(...args)
            }) as never
          }
          return entries as never
        }
        return db
      }
      const clearing = mongoStore(database.url, { ...options, client })
      const cleared = clearing.open(namespace)
      let most = 1
      for (let at = 0; at < most; at++) {
        await store.set({ ...ENTRY, hash: 'a' })
        const lease = (await store.lease!('z', LONG))!
        commands = 0
        publish = async (command) => void (command === at && (await lease.publish({ ...ENTRY, hash: 'z' })))
        await cleared.clear()
        most = Math.max(most, commands)
        publish = async () => {}
        await lease.publish({ ...ENTRY, hash: 'z' })
        expect([await store.get('a'), await store.get('z')], `before command ${at}`).toEqual([undefined, undefined])
      }
      expect(most).toBeGreaterThan(1)
      await clearing.close()
      await client.close()
    })

    inOneStep('of many that steal one lease by its id at once, one gets it', async () => {
      const stores = [store, other.open(`f${count - 1}`)]
      for (let round = 0; round < 10; round++) {
        const lease = (await store.lease!(`h${round}`, LONG))!
        const thefts = Array.from({ length: 10 }, (_, thief) =>
          stores[thief % 2]!.lease!(`h${round}`, LONG, { steal: lease.id! }),
        )
        expect((await Promise.all(thefts)).filter(Boolean)).toHaveLength(1)
        expect(await lease.publish(ENTRY)).toBe(false)
      }
    })

    inOneStep('of many processes that steal one lease by its id, one gets it', async () => {
      const thieves = Array.from({ length: 3 }, () => new Child('steals', database.url, `f${count - 1}`))
      await Promise.all(thieves.map((thief) => thief.says('ready')))
      for (let round = 0; round < 5; round++) {
        const lease = (await store.lease!(`h${round}`, LONG))!
        for (const thief of thieves) thief.send(`h${round} ${lease.id}`)
        const got = await Promise.all(thieves.map((thief) => thief.says(`h${round}`)))
        expect(got.filter((line) => line.endsWith('taken'))).toHaveLength(1)
      }
      for (const thief of thieves) thief.process.kill('SIGKILL')
      await Promise.all(thieves.map((thief) => thief.ended))
    })

    test('a lease whose time is no duration holds as long as the lease of the asker', async () => {
      const claims = ['forever', { more: 0 }, -5, 0, null]
      for (const [index, ms] of claims.entries()) {
        const lease = { id: `${index}`, beat: 0, holder: 'elsewhere', ms }
        await documents.insertOne({ _id: `${idOf(store)}:${index}`, lease, gen: 'x', v: 1 })
      }
      const { ms: _, ...without } = { id: 'without', beat: 0, ms: 0, holder: 'elsewhere' }
      await documents.insertOne({ _id: `${idOf(store)}:without`, lease: without })
      const asked = [...claims.keys(), 'without'].map(String)
      for (const hash of asked) expect(await store.lease!(hash, 200), hash).toBeUndefined()
      await pause(250)
      for (const hash of asked) expect(await store.lease!(hash, 200), hash).toBeDefined()
    })

    inOneStep('of many askers who find what is no lease, one gets it', async () => {
      await documents.insertOne({ _id: `${idOf(store)}:h`, lease: 'none', gen: 'x', v: 1 })
      const held = await Promise.all(Array.from({ length: 10 }, () => store.lease!('h', LONG)))
      expect(held.filter(Boolean)).toHaveLength(1)
    })

    test('what is no lease stops no key', async () => {
      const none = [5, 'x', null, [], [{ id: 'a', beat: 0, ms: 1e15 }], {}, { id: 5, ms: 1e15 }, { id: { more: '' } }]
      const strange = [...none, { id: 'x'.repeat(1000), ms: 1e15, beat: 0 }]
      for (const [index, lease] of strange.entries()) {
        await documents.insertOne({ _id: `${idOf(store)}:${index}`, lease, gen: 'x', v: 1 })
        const held = await store.lease!(`${index}`, LONG)
        expect(await held?.publish({ ...ENTRY, hash: `${index}` }), JSON.stringify(lease)).toBe(true)
      }
    })

    test('of a foreign note of waits only the ids count', async () => {
      const strange: readonly (readonly [unknown, (readonly string[])?])[] = [
        [
          ['a', 5, null, { a: 1 }, 'b'],
          ['a', 'b'],
        ],
        [Array(1000).fill('a'), Array(100).fill('a')],
        [['x'.repeat(201)]],
        ['a'],
        [{ 0: 'a', length: 1 }],
        [null],
      ]
      const { id } = (await store.lease!('h', LONG))!
      for (const [waitsFor, ids] of strange) {
        await documents.updateOne({ _id: `${idOf(store)}:h` }, { $set: { 'lease.waitsFor': waitsFor as never } })
        expect(await holderOf(store)).toEqual({ id, promised: false, ...(ids && { waitsFor: ids }) })
      }
    })

    test('a beat that is no number does not protect a dead lease', async () => {
      const lease = { id: 'a', beat: 'x', ms: 200, holder: 'elsewhere' }
      await documents.insertOne({ _id: `${idOf(store)}:h`, lease })
      expect(await store.lease!('h', LONG)).toBeUndefined()
      await pause(250)
      expect(await (await store.lease!('h', LONG))!.publish(ENTRY)).toBe(true)
    })

    function idOf(_: Store<'async'>): string {
      return `f${count - 1}`
    }
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
