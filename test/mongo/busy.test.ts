import { randomUUID } from 'node:crypto'
import { createPersist } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Line } from '../support/mongo-line.ts'
import { withMongo } from '../support/with-mongo.ts'

const CALLS = 100
const CONNECTIONS = 1
const DELAY_MS = 50
/** So short that most lookups get no connection in time. */
const WAIT_MS = 1000
const persist = createPersist({ env: {}, stderr: () => {} })

withMongo('more calls at once than a slow server answers', (server) => {
  const database = randomUUID()
  let line: Line
  beforeAll(async () => {
    line = await Line.to(Number(new URL(server).port))
    line.fail(() => ({ delayMs: DELAY_MS }))
  })
  afterAll(() => line.close())

  test('store all results, although many lookups get no connection in time', async () => {
    const problems: string[] = []
    const cache = mongoStore(line.url(database), {
      serverWaitMs: WAIT_MS,
      clientOptions: { maxPoolSize: CONNECTIONS },
    })
    const square = persist(async (x: number) => x * x, {
      funcname: 'square',
      cache,
      report: (event) => {
        if (event.name === 'problem') problems.push(event.error.message)
      },
    })
    await Promise.all(Array.from({ length: CALLS }, (_, x) => square(x)))
    expect(problems.join('\n')).toContain('no connection was free')
    await cache.close()
    const healthy = mongoStore(new URL(database, server))
    expect(await healthy.open('square').stats!()).toMatchObject({ entries: CALLS })
    await healthy.close()
  })
})
