import { mongoStore } from '@persist/store-mongo'
import { type CommandStartedEvent, type CommandSucceededEvent, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { ownDatabase } from './subject.ts'

const MANY = 1000
/** SecantusDB looks at all that is left for each page: there 100,000 take more than ten minutes. */
const DOCUMENTS = process.env.PERSIST_SOAK === '1' ? 20_000 : 3_000
const MOST_IN_ONE_REPLY = 1000
const SMALL_TALK = /^(hello|ismaster|sasl|ping|endSessions)/i

withMongo('what is asked of the server', (url) => {
  const database = ownDatabase(url)
  const client = new MongoClient(database.url, { monitorCommands: true })
  const adapter = mongoStore(database.url, { client, serverWaitMs: 30_000 })
  const asked: string[] = []
  const replies: number[] = []
  client.on('commandStarted', ({ commandName }: CommandStartedEvent) => {
    if (!SMALL_TALK.test(commandName)) asked.push(commandName)
  })
  client.on('commandSucceeded', ({ reply }: CommandSucceededEvent) => {
    const { firstBatch, nextBatch } = (reply as { cursor?: Record<string, unknown[]> }).cursor ?? {}
    replies.push((firstBatch ?? nextBatch)?.length ?? 0)
  })
  beforeAll(async () => {
    for (let start = 0; start < DOCUMENTS; start += 10_000) {
      const numbers = Array.from({ length: Math.min(10_000, DOCUMENTS - start) }, (_, index) => start + index)
      await database.collection().insertMany(numbers.map(documentOf))
    }
  }, 3_600_000)
  afterAll(() => client.close())

  test('one hit is one find, one miss is found out by one find', async () => {
    const store = adapter.open('listed')
    expect(await during(() => store.get('0000001'))).toEqual(['find'])
    expect(await during(() => store.get('absent'))).toEqual(['find'])
  })

  test(`${MANY} hits are one round trip`, async () => {
    const hashes = Array.from({ length: MANY }, (_, number) => hashOf(number * 2))
    const store = adapter.open('listed')
    let found: unknown[] = []
    const commands = await during(async () => (found = await store.getMany!(hashes)))
    expect(found.filter((entry) => entry === undefined)).toEqual([])
    expect(commands).toEqual(['find'])
  })

  for (const listing of ['heads', 'entries'] as const) {
    test(`${DOCUMENTS} ${listing} are listed once each, of which no more than ${MOST_IN_ONE_REPLY} are ever held`, async () => {
      const store = adapter.open('listed')
      replies.length = 0
      let count = 0
      let last = ''
      for await (const { hash } of store[listing]()) {
        expect(hash > last).toBe(true)
        last = hash
        count++
      }
      expect(count).toBe(DOCUMENTS)
      expect(Math.max(...replies)).toBeLessThanOrEqual(MOST_IN_ONE_REPLY)
    }, 3_600_000)
  }

  test('who waits for a lease asks for it by one find, which names the holder as well', async () => {
    const store = adapter.open('waited for')
    const lease = await store.lease!('a', 60_000)
    const holders: string[] = []
    const ask = () => store.lease!('a', 60_000, { onHeld: ({ id }) => void holders.push(id) })
    expect(await during(ask), 'the first time').toEqual(['insert', 'find'])
    expect(await during(ask)).toEqual(['find'])
    expect(holders).toEqual([lease!.id, lease!.id])
    expect(await during(() => store.lease!('a', 60_000, { steal: lease!.id! }))).toEqual(['find', 'update'])
  })

  test('the order of deletions by tag is asked for by one find, before a computation and around its end', async () => {
    const fence = adapter.open('tagged').tagFence!
    let mark = ''
    const takeMark = async () => (mark = await fence.mark())
    expect(await during(takeMark), 'the first time in this namespace').toEqual(['find', 'insert'])
    expect(await during(takeMark)).toEqual(['find'])
    expect(await during(() => fence.hasDeleted(mark, ['a', 'b', 'c']))).toEqual(['find'])
    expect(await during(() => fence.record('a'))).toEqual(['find', 'insert'])
  })

  test('a lease and its publishing are one command each, before what is done in the background', async () => {
    const store = adapter.open('leased')
    let lease: Awaited<ReturnType<NonNullable<typeof store.lease>>>
    expect(await during(async () => (lease = await store.lease!('a', 60_000)))).toEqual(['insert'])
    expect(lease!.foundNothing).toBe(true)
    const publish = () => lease!.publish({ hash: 'a', payload: 'x', createdAt: 1 })
    expect((await during(publish))[0]).toBe('update')
    expect((await store.get('a'))?.payload).toBe('x')
  })

  test('a lease on an entry that was published meanwhile does not claim that there is none', async () => {
    const store = adapter.open('meanwhile')
    await store.set({ hash: 'a', payload: 'x', createdAt: 1 })
    expect((await store.lease!('a', 60_000))?.foundNothing).toBeUndefined()
  })

  async function during(act: () => Promise<unknown>): Promise<string[]> {
    asked.length = 0
    await act()
    return [...asked]
  }
})

function hashOf(number: number): string {
  return String(number).padStart(7, '0')
}

function documentOf(number: number) {
  const hash = hashOf(number)
  // The digest of an empty payload.
  const rest = { v: 1, gen: hash, payload: '', bytes: 0, sum: '47DEQpj8HBSa-_TImW-5JC' }
  return { _id: `listed:${hash}`, ...rest, createdAt: new Date(0), usedAt: new Date(0) }
}
