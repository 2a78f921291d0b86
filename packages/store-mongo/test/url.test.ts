import { inspect } from 'node:util'
import { mongoStore } from '@persist/store-mongo'
import fc from 'fast-check'
import { MongoClient } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../src/options.ts'
import { readMongoUrl } from '../src/url.ts'

describe('the URL of a MongoDB', () => {
  test('names a place: server, database and collection, without login and options', () => {
    const names = {
      'mongodb://localhost': 'mongodb://localhost/persist?persistCollection=persist',
      'mongodb://LOCALHOST:27017/': 'mongodb://localhost/persist?persistCollection=persist',
      'mongodb://ann:pw@h/app?w=1': 'mongodb://h/app?persistCollection=persist',
      'mongodb://b:1,a:2/app?persistCollection=c': 'mongodb://a:2,b:1/app?persistCollection=c',
      'mongodb+srv://cluster.example.org/app': 'mongodb+srv://cluster.example.org/app?persistCollection=persist',
      'mongodb://h/my%20app?PERSISTCOLLECTION=c%2Fd': undefined,
      'mongodb://h/my-app?PERSISTCOLLECTION=c%2Fd': 'mongodb://h/my-app?persistCollection=c/d',
    }
    for (const [url, name] of Object.entries(names)) {
      if (name === undefined) expect(() => mongoStore(url)).toThrow(/cannot name a database/)
      else expect(mongoStore(url).name).toBe(name)
    }
  })

  test('reaches the driver without our own parameters, and as it is otherwise', () => {
    const { driverUrl } = readMongoUrl('mongodb://a:b@h,g/app?w=1&persistCollection=c&journal=false')
    expect(driverUrl).toBe('mongodb://a:b@h,g/app?w=1&journal=false')
    expect(readMongoUrl('mongodb://h?persistCollection=c').driverUrl).toBe('mongodb://h/')
  })

  test('may say how long to wait for the server', () => {
    const { driverUrl, serverWaitMs } = readMongoUrl('mongodb://h/app?persistServerWaitMs=9000&w=1')
    expect({ driverUrl, serverWaitMs }).toEqual({ driverUrl: 'mongodb://h/app?w=1', serverWaitMs: 9000 })
    const waiting = 'mongodb://h/app?persistServerWaitMs=9000'
    expect(resolveOptions(waiting, {}).serverWaitMs).toBe(9000)
    expect(resolveOptions(waiting, { serverWaitMs: 10 }).serverWaitMs, 'an option goes before the URL').toBe(10)
    for (const wrong of ['', '0', '-1', 'soon', 'Infinity']) {
      expect(() => mongoStore(`mongodb://h/app?persistServerWaitMs=${wrong}`), wrong).toThrow(/positive number/)
    }
    expect(() => mongoStore('mongodb://h/app?persistServerWait=1')).toThrow(/did you mean persistServerWaitMs/)
    expect(() => mongoStore('mongodb://h/app?persistCollection=a&persistcollection=b')).toThrow(
      /persistCollection more than once/,
    )
  })

  test('that asks for no acknowledgment is refused', () => {
    expect(() => mongoStore('mongodb://h/app?journal=false&w=0')).toThrow(/acknowledged/)
  })

  test('never shows a password, whatever it is', () => {
    const password = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `S3cret${text}`)
    fc.assert(
      fc.property(password, (secret) => {
        const url = `mongodb://ann:${encodeURIComponent(secret)}@h:1/app?tlsCertificateKeyFilePassword=${encodeURIComponent(secret)}`
        const adapter = mongoStore(url)
        const shown = `${inspect(adapter, { depth: 9, showHidden: true })} ${JSON.stringify(adapter)}`
        expect(shown).not.toContain('S3cret')
        expect(adapter.name).toBe('mongodb://h:1/app?persistCollection=persist')
        expect(readMongoUrl(url).secrets).toEqual(expect.arrayContaining([secret, encodeURIComponent(secret)]))
      }),
    )
  })
})

describe('what is asked of a write', () => {
  const concernOf = async (url: string, client?: MongoClient) => {
    const asked: unknown[] = []
    const spied = client ?? new MongoClient(url)
    const { db } = spied
    spied.db = (name) => {
      const database = db.call(spied, name)
      const { collection } = database
      database.collection = ((of: string, options: object) => {
        const made = collection.call(database, of, options)
        asked.push(made.writeConcern)
        return made
      }) as typeof collection
      return database
    }
    const adapter = mongoStore(url, { client: spied, serverWaitMs: 20 })
    await adapter
      .open('f')
      .set({ hash: 'a', payload: '', createdAt: 1 })
      .catch(() => {})
    await spied.close()
    return asked[0]
  }

  test('is the journal, where nothing is said', async () => {
    expect(await concernOf('mongodb://127.0.0.1:9/app')).toMatchObject({ journal: true })
  })

  test('is what the URL says, or the client', async () => {
    expect(await concernOf('mongodb://127.0.0.1:9/app?journal=false')).toMatchObject({ journal: false })
    expect(await concernOf('mongodb://127.0.0.1:9/app?w=1')).toEqual(expect.not.objectContaining({ journal: true }))
    const own = new MongoClient('mongodb://127.0.0.1:9', { writeConcern: { w: 2 } })
    expect(await concernOf('mongodb://127.0.0.1:9/app', own)).toMatchObject({ w: 2 })
  })

  test('is acknowledgment, even where the client says that it needs none', async () => {
    const careless = new MongoClient('mongodb://127.0.0.1:9', { writeConcern: { w: 0 } })
    expect(await concernOf('mongodb://127.0.0.1:9/app', careless)).toMatchObject({ journal: true })
  })
})
