import type { Entry } from '@persist/store'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fate, Line } from '../../../test/support/mongo-line.ts'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { ownDatabase } from './subject.ts'

const LEASE_MS = 200
const WAIT_MS = 600
/** Where the answer is to be there in time, however busy the machine is. */
const LONG_WAIT_MS = 2000
const MOST_MESSAGES = 20
const FATES: readonly Fate[] = ['cut', 'cut reply', 'refuse', 'swallow']

withMongo('messages lost on the way to MongoDB', (url) => {
  const database = ownDatabase(url)
  const entryOf = (hash: string): Entry => ({ hash, payload: `value of ${hash}`, createdAt: 1 })
  let line: Line
  beforeAll(async () => {
    line = await Line.to(Number(new URL(url).port))
  })
  afterAll(() => line.close())

  const lossy = (serverWaitMs = WAIT_MS) => mongoStore(line.url(database.name), { serverWaitMs, clientOptions: {} })
  const healthy = mongoStore(database.url)
  const direct = healthy.open('faults')
  afterAll(() => healthy.close())

  for (const fate of FATES) {
    test(`${fate} at any message of a miss: a typed error or success, never a wrong entry, and the next caller heals it`, async () => {
      let faults = 0
      for (let nth = 0; nth < MOST_MESSAGES; nth++) {
        const hash = `miss-${fate}-${nth}`.replaceAll(' ', '-')
        line.fail((_, index) => (index === nth ? fate : 'pass'))
        const adapter = lossy()
        const published = await outcome(async () => {
          const lease = await adapter.open('faults').lease!(hash, LEASE_MS)
          return lease?.publish(entryOf(hash))
        })
        const hit = line.seen > nth
        line.mend()
        await adapter.close()
        if (published === true) expect(await direct.get(hash)).toEqual(entryOf(hash))
        else expect([undefined, entryOf(hash)]).toContainEqual(await direct.get(hash))
        await heal(hash)
        if (!hit) break
        faults++
      }
      expect(faults).toBeGreaterThanOrEqual(2)
    })

    test(`${fate} at any message of a hit: the right value or a typed error`, async () => {
      const hash = `hit-${fate}`.replaceAll(' ', '-')
      await direct.set(entryOf(hash))
      let faults = 0
      for (let nth = 0; nth < MOST_MESSAGES; nth++) {
        line.fail((_, index) => (index === nth ? fate : 'pass'))
        const adapter = lossy()
        const got = await outcome(() => adapter.open('faults').get(hash))
        const hit = line.seen > nth
        line.mend()
        await adapter.close()
        if (got !== 'unavailable') expect(got).toEqual(entryOf(hash))
        if (!hit) break
        faults++
      }
      expect(faults).toBeGreaterThanOrEqual(1)
    })
  }

  test('an answer that is late but in time is an answer', async () => {
    await direct.set(entryOf('late'))
    line.fail(() => ({ delayMs: 50 }))
    const adapter = lossy(LONG_WAIT_MS)
    expect(await adapter.open('faults').get('late')).toEqual(entryOf('late'))
    line.mend()
    await adapter.close()
  })

  test('after a wait in vain the next method takes new connections, and succeeds at once when the server is back', async () => {
    const adapter = lossy(LONG_WAIT_MS)
    const store = adapter.open('faults')
    await store.set(entryOf('again'))
    line.fail(() => 'swallow')
    expect(await outcome(() => store.get('again'))).toBe('unavailable')
    line.mend()
    expect(await store.get('again')).toEqual(entryOf('again'))
    await adapter.close()
  })

  test('a connection that breaks and comes back within the wait costs no call an error', async () => {
    const adapter = mongoStore(line.url(database.name), { serverWaitMs: 5000, clientOptions: {} })
    const store = adapter.open('faults')
    await store.set(entryOf('blip'))
    line.break()
    setTimeout(() => line.mend(), 300)
    expect(await store.get('blip')).toEqual(entryOf('blip'))
    await adapter.close()
  })

  test('more callers than connections are served one after the other, though that takes longer than one wait', async () => {
    const adapter = mongoStore(`${line.url(database.name)}&maxPoolSize=5`, {
      serverWaitMs: LONG_WAIT_MS,
      clientOptions: {},
    })
    const store = adapter.open('faults')
    line.fail(() => ({ delayMs: 250 }))
    const hashes = Array.from({ length: 60 }, (_, number) => `queue-${number}`)
    await Promise.all(hashes.map((hash) => store.set(entryOf(hash))))
    line.mend()
    expect(await store.getMany!(hashes)).toEqual(hashes.map(entryOf))
    await adapter.close()
  })

  test('results that share a slow line are stored, though that takes longer than one of them alone would', async () => {
    const adapter = mongoStore(line.url(database.name), { serverWaitMs: WAIT_MS, clientOptions: {} })
    const store = adapter.open('faults')
    const large = Array.from({ length: 40 }, (_, number) => ({
      ...entryOf(`large-${number}`),
      payload: 'x'.repeat(100_000),
    }))
    line.fail(() => ({ delayMs: 3 * WAIT_MS }))
    await Promise.all(large.map((entry) => store.set(entry)))
    line.mend()
    expect(await direct.get('large-39')).toEqual(large[39])
    await adapter.close()
  })

  test('more callers than connections to a silent server fail all at once, after one wait', async () => {
    const adapter = mongoStore(`${line.url(database.name)}&maxPoolSize=5`, { serverWaitMs: WAIT_MS, clientOptions: {} })
    const store = adapter.open('faults')
    await store.get('first')
    line.fail(() => 'swallow')
    const asked = Array.from({ length: 40 }, (_, number) => outcome(() => store.get(`silent-${number}`)))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['unavailable']))
    // Those who were let in asked; the others never did.
    expect(line.seen).toBeLessThanOrEqual(5)
    line.mend()
    await adapter.close()
  })

  test('no call waits for a lease of this process whose end did not reach the server', async () => {
    const adapter = lossy(LONG_WAIT_MS)
    const store = adapter.open('faults')
    const lease = await store.lease!('untold', 60_000)
    line.fail(() => 'swallow')
    expect(await outcome(() => lease!.publish(entryOf('untold')))).toBe('unavailable')
    line.mend()
    const next = await store.lease!('untold', 60_000)
    expect(await next?.publish({ ...entryOf('untold'), payload: 'next' })).toBe(true)
    expect(await outcome(() => lease!.publish(entryOf('untold')))).toBe(false)
    expect((await direct.get('untold'))?.payload).toBe('next')
    await adapter.close()
  })

  /** The next process that asks gets the lease within its time, and what it publishes is there. */
  async function heal(hash: string): Promise<void> {
    let lease = await direct.lease!(hash, LEASE_MS)
    while (lease === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      lease = await direct.lease!(hash, LEASE_MS)
    }
    expect(await lease.publish({ ...entryOf(hash), payload: 'healed' })).toBe(true)
    expect((await direct.get(hash))?.payload).toBe('healed')
  }
})

async function outcome<T>(act: () => Promise<T>): Promise<T | 'unavailable'> {
  try {
    return await act()
  } catch (error) {
    expect(error).toMatchObject({ name: 'StoreError', code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
    return 'unavailable'
  }
}
