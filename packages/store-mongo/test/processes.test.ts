import { mongoStore } from '@persist/store-mongo'
import { afterAll, expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { Child } from './child.ts'
import { ownDatabase } from './subject.ts'

const PROCESSES = process.env.PERSIST_SOAK === '1' ? 64 : 16
const ZOMBIES = 20
const LEASE_MS = 400

withMongo('many processes', (url) => {
  const database = ownDatabase(url)
  const adapter = mongoStore(database.url)
  afterAll(() => adapter.close())

  test(`${PROCESSES} processes that call at once compute once, and all get the value`, async () => {
    const children = Array.from({ length: PROCESSES }, () => new Child('compute-once', database.url, 'one-key'))
    await Promise.all(children.map((child) => child.says('ready')))
    for (const child of children) child.send('go')
    const codes = await Promise.all(children.map((child) => child.ended))
    expect(children.flatMap(({ lines }) => lines).filter((line) => line !== 'ready')).toEqual(
      children.map(() => 'value computed'),
    )
    expect(codes).toEqual(children.map(() => 0))
    expect((await adapter.open('runs').stats()).entries).toBe(1)
  })

  test('the lease of a killed holder goes to the first who asks when its time is over, and to no one before', async () => {
    const store = adapter.open('held')
    const holder = new Child('hold', database.url, 1, LEASE_MS)
    await holder.says('held 1')
    const before = performance.now()
    expect(await store.lease!('key-0', LEASE_MS)).toBeUndefined()
    const seen = performance.now()
    holder.process.kill('SIGKILL')
    await holder.ended
    let asked = seen
    const lease = await taken(() => {
      // A process that asks this late gets it: so none waits longer than the lease and one pause between two questions.
      expect(asked - seen).toBeLessThan(LEASE_MS)
      asked = performance.now()
      return store.lease!('key-0', LEASE_MS)
    })
    expect(performance.now() - before).toBeGreaterThanOrEqual(LEASE_MS)
    expect(await lease.publish({ hash: 'key-0', payload: 'after the holder', createdAt: 1 })).toBe(true)
    await store.clear()
  })

  test(`${ZOMBIES} of ${ZOMBIES} holders that were stopped and woke up too late cannot publish`, async () => {
    const store = adapter.open('held')
    const zombie = new Child('hold', database.url, ZOMBIES, LEASE_MS)
    await zombie.says(`held ${ZOMBIES}`)
    zombie.process.kill('SIGSTOP')
    const hashes = Array.from({ length: ZOMBIES }, (_, number) => `key-${number}`)
    for (const hash of hashes) {
      const lease = await taken(() => store.lease!(hash, 60_000))
      expect(await lease.publish({ hash, payload: 'newer', createdAt: 1 })).toBe(true)
    }
    zombie.send('publish')
    zombie.process.kill('SIGCONT')
    expect(await zombie.says('rejected')).toBe(`rejected ${ZOMBIES}`)
    await zombie.ended
    const kept = await store.getMany!(hashes)
    expect(kept.map((entry) => entry?.payload)).toEqual(hashes.map(() => 'newer'))
  })
})

/** Asks until the answer is there. */
async function taken<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
