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
  client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (command[commandName] === 'persist') asked.push(commandName)
  })
  const leased = persist(async (id: number) => id, { funcname: 'leased', cache })
  const alone = persist(async (id: number) => id, { funcname: 'alone', cache, singleFlight: 'process' })
  // The first calls of a process also make indexes and look for what others left behind.
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
