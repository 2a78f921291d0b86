import { randomUUID } from 'node:crypto'
import { createPersist } from '@persist/core'
import { mongoStore } from '@persist/store-mongo'
import { type CommandStartedEvent, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'

withMongo('what a call asks of the server', (server) => {
  const database = randomUUID()
  const client = new MongoClient(server, { monitorCommands: true })
  const cache = mongoStore(new URL(database, server), { client, serverWaitMs: 30_000 })
  const persist = createPersist({ env: {} })
  let asked: string[] = []
  // What names an entry: the maintenance of the collection goes on beside the calls.
  client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (JSON.stringify(command).includes(':entry-of-')) asked.push(commandName)
  })
  const hash = (key: unknown) => `entry-of-${key}`
  const leased = persist(async (id: number) => id, { funcname: 'leased', cache, hash })
  const alone = persist(async (id: number) => id, { funcname: 'alone', cache, hash, singleFlight: 'process' })
  // The first calls of a process also make indexes.
  beforeAll(async () => {
    for (const call of [leased, alone]) for (const id of [0, 1]) await call(id)
  })
  afterAll(async () => {
    await client.db(database).dropDatabase()
    await client.close()
  })

  test('a miss is three commands: its lease shows that there is no entry, so nobody looks once more', async () => {
    expect(await during(() => leased(2))).toEqual(['find', 'insert', 'update'])
  })

  test('a miss without a lease is two commands', async () => {
    expect(await during(() => alone(2))).toEqual(['find', 'findAndModify'])
  })

  test('a hit is one command', async () => {
    expect(await during(() => leased(2))).toEqual(['find'])
  })

  async function during(act: () => Promise<unknown>): Promise<string[]> {
    asked = []
    await act()
    return asked
  }
})
