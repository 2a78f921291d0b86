import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createPersist, type PersistEvent } from '@persist/core'
import { keyvStore } from '@persist/store-keyv'
import { expect, test } from 'vitest'
import { withRedis } from '../support/with-redis.ts'
import { start } from './child.ts'

const LAST_TO_END = 3_000
const UNAVAILABLE = 'ERR_PERSIST_STORE_UNAVAILABLE'
const ENTRY = { hash: 'h', payload: 'value', createdAt: 1 }
const WRITERS = process.env.PERSIST_SOAK ? 400 : 20

await withRedis('results in Redis', (redis) => {
  const url = () => `${redis.url}?persistPrefix=${randomUUID()}`
  const problems: PersistEvent[] = []
  const report = (event: PersistEvent) => {
    if (event.name === 'problem') problems.push(event)
  }
  const persist = createPersist({ env: {}, stderr: () => {} })

  test('a second process gets the result of the first, and both end by themselves', async () => {
    const cache = url()
    const [first, second] = [start('call', cache, 1, 7), start('call', cache, 1, 7)]
    first.process.stdin!.write('go\n')
    const value = await first.line('value')
    await first.ended
    second.process.stdin!.write('go\n')
    expect(await second.line('value')).toBe(value)
    expect(second.lines).not.toContain('computing')
    expect(await second.ended).toBe(0)
  })

  test(`after ${WRITERS} kills of writers every result that was reported as stored is there, complete`, async () => {
    const cache = url()
    let checked = 0
    for (let kill = 0; kill < WRITERS; kill += 4) {
      const names = Array.from({ length: 4 }, (_, index) => `square-${kill + index}`)
      await Promise.all(
        names.map(async (funcname) => {
          const writer = start('write', cache, funcname)
          await writer.line('0')
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
          writer.process.kill('SIGKILL')
          await writer.ended
          const square = persist((number: number) => `again ${number}`, { funcname, cache, report })
          for (const stored of writer.lines.map(Number)) {
            expect(await square.peek(stored)).toBe(`${stored} `.padEnd(2_000, `${(stored * stored) % 10}`))
            checked++
          }
          const next = writer.lines.length + 1
          expect(await square(next)).toBe(`again ${next}`)
        }),
      )
    }
    expect(problems).toEqual([])
    expect(checked).toBeGreaterThanOrEqual(WRITERS)
  })

  test('a script ends by itself, before one that lingers', async () => {
    const [quick, slow] = [start('two-calls', url()), start('two-calls', url(), LAST_TO_END)]
    const order: string[] = []
    await Promise.all([quick.ended.then(() => order.push('quick')), slow.ended.then(() => order.push('slow'))])
    expect(order).toEqual(['quick', 'slow'])
    expect(quick.lines).toHaveLength(1)
  })

  test('without a server a call gets its value, a script ends, and no password is reported', async () => {
    const script = start('two-calls', 'redis://ann:S3cret@127.0.0.1:1/')
    expect(await script.line('done')).toBeDefined()
    expect(await script.ended).toBe(0)
    const events: PersistEvent[] = []
    const double = persist(async (x: number) => 2 * x, {
      funcname: 'double',
      cache: 'redis://ann:S3cret@127.0.0.1:1/',
      report: (event) => void events.push(event),
    })
    expect(await double(4)).toBe(8)
    const problem = events.find(({ name }) => name === 'problem') as Extract<PersistEvent, { name: 'problem' }>
    expect(problem.error).toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
    expect(problem.error.message).toMatch(/127\.0\.0\.1:1/)
    expect(JSON.stringify(events) + String(problem.error.stack) + String(problem.error.cause)).not.toContain('S3cret')
  })

  test('a server that is killed and restarted is used again, with all acknowledged entries', async () => {
    const adapter = keyvStore(url(), { serverWaitMs: 30_000 })
    const store = adapter.open('f')
    const entry = { hash: 'h', payload: 'value', createdAt: 1 }
    for (let crash = 0; crash < 12; crash++) {
      await store.set({ ...entry, createdAt: crash })
      await redis.kill()
      await expect(store.get('h')).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
      await redis.restart()
      expect(await store.get('h')).toEqual({ ...entry, createdAt: crash })
    }
    await adapter.close()
    expect(await store.get('h')).toMatchObject({ payload: 'value' })
    await adapter.close()
    await adapter.close()
  })

  test('results that are computed while the server is away are stored when it is back', async () => {
    const cache = keyvStore(url())
    let written = 0
    let allWritten = () => {}
    const isStored = new Promise<void>((resolve) => {
      allWritten = resolve
    })
    const square = persist(async (x: number) => x * x, {
      funcname: 'square',
      cache,
      report: ({ name }) => {
        if (name === 'write' && ++written === 21) allWritten()
      },
    })
    await square(0)
    await redis.kill()
    for (let x = 1; x <= 20; x++) expect(await square(x)).toBe(x * x)
    expect(written).toBe(1)
    await redis.restart()
    await isStored
    expect((await cache.open('square').stats()).entries).toBe(21)
    await cache.close()
  })

  test('results of a failover, in which the server becomes a replica, are stored over a new connection', async () => {
    const command = (text: string) => {
      const client = connect(Number(new URL(redis.url).port), '127.0.0.1')
      client.end(`${text}\r\n`)
      return once(client.resume(), 'close')
    }
    let connections = 0
    const proxy = createServer((client) => {
      connections++
      const server = connect(Number(new URL(redis.url).port), '127.0.0.1')
      client.pipe(server).pipe(client)
      for (const socket of [client, server]) socket.on('error', () => {}).on('close', () => client.destroy())
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const through = new URL(url())
    through.port = String((proxy.address() as AddressInfo).port)
    const cache = keyvStore(through)
    let writes = 0
    let isWritten = () => {}
    const written = new Promise<void>((resolve) => {
      isWritten = resolve
    })
    const square = persist(async (x: number) => x * x, {
      funcname: 'square',
      cache,
      report: ({ name }) => {
        if (name === 'write' && ++writes === 2) isWritten()
      },
    })
    await square(4)
    expect(connections).toBe(1)
    await command('REPLICAOF 127.0.0.1 1')
    try {
      expect(await square(5)).toBe(25)
      expect(await square.has(5)).toBe(false)
    } finally {
      await command('REPLICAOF NO ONE')
    }
    await written
    expect([await square.has(4), await square.has(5)]).toEqual([true, true])
    expect(connections).toBeGreaterThan(1)
    await cache.close()
    proxy.close()
  })

  test.each([
    ['ends', []],
    ['closes its stores', ['closes']],
  ])('a script that %s while the server is away waits for it, and its result is stored', async (_, closes) => {
    const cache = url()
    const script = start('ends-in-an-outage', cache, 8_000, ...closes)
    await script.line('computing')
    await redis.kill()
    await script.line('done')
    await redis.restart()
    expect(await script.ended).toBe(0)
    const store = keyvStore(cache)
    expect((await store.open('slow').stats()).entries).toBe(1)
    await store.close()
  })

  test('closing beside a call ends when that call does, also with a silent server', async () => {
    const adapter = keyvStore(url())
    const store = adapter.open('f')
    await store.set(ENTRY)
    redis.suspend()
    try {
      const call = store.get('h')
      // Now the server has the question.
      await new Promise((resolve) => setTimeout(resolve, 150))
      const closed = adapter.close()
      await expect(call).rejects.toMatchObject({ code: UNAVAILABLE })
      await closed
    } finally {
      redis.resume()
    }
  })

  test('an idle connection that the server ends is made again, however often', async () => {
    const warnings: Error[] = []
    const hear = (warning: Error) => void warnings.push(warning)
    process.on('warning', hear)
    const adapter = keyvStore(url(), { serverWaitMs: 30_000 })
    const store = adapter.open('f')
    await store.set(ENTRY)
    for (let times = 0; times < 15; times++) {
      await redis.restart()
      expect(await store.get('h')).toEqual(ENTRY)
    }
    process.off('warning', hear)
    expect(warnings).toEqual([])
    await adapter.close()
  })

  test('a silent server costs a bounded wait for all running calls; then it is used again', async () => {
    const cache = url()
    const [patient, impatient] = [keyvStore(cache, { serverWaitMs: 30_000 }), keyvStore(cache, { serverWaitMs: 300 })]
    await patient.open('f').set(ENTRY)
    const store = impatient.open('f')
    // On a busy machine a reply, or a connection, may take longer than the impatient store waits.
    const sooner = async () => {
      for (;;) {
        const answer = await store.get('h').catch(({ code }: { code: string }) => code)
        if (answer !== UNAVAILABLE) return answer
      }
    }
    expect(await sooner()).toEqual(ENTRY)
    redis.suspend()
    try {
      const first = store.get('h')
      await new Promise((resolve) => setTimeout(resolve, 150))
      const codes = [first, store.get('h')].map((get) => get.catch(({ code }) => code))
      expect(await Promise.all(codes)).toEqual([UNAVAILABLE, UNAVAILABLE])
      await expect(impatient.ping!()).rejects.toMatchObject({ code: UNAVAILABLE })
    } finally {
      redis.resume()
    }
    expect(await sooner()).toEqual(ENTRY)
    await Promise.all([patient.close(), impatient.close()])
  })

  test('a result is stored if the process is busy while its connection is made', async () => {
    const cell = new Int32Array(new SharedArrayBuffer(4))
    const f = persist(async (x: number) => x, {
      funcname: 'first',
      cache: keyvStore(url(), { serverWaitMs: 500 }),
      report,
    })
    problems.length = 0
    const first = f(1)
    Atomics.wait(cell, 0, 0, 1_500)
    await first
    expect(problems).toEqual([])
    expect(await f.has(1)).toBe(true)
  })

  test('a connection that is being made to a silent server ends with the call that waits for it', async () => {
    redis.suspend()
    try {
      const script = start('two-calls', url())
      expect(await script.line('done')).toBeDefined()
      expect(await script.ended).toBe(0)
    } finally {
      redis.resume()
    }
  })

  test('an entry that is deleted between the list of keys and its value ends no listing', async () => {
    const cache = url()
    const direct = keyvStore(cache)
    const entry = (hash: string) => ({ hash, payload: hash, createdAt: 1 })
    for (let number = 0; number < 40; number++) await direct.open('listed').set(entry(`h${number}`))
    // A connection that deletes an entry whose value is about to be read.
    let left = 2
    const proxy = createServer((client) => {
      const server = connect(Number(new URL(redis.url).port), '127.0.0.1')
      server.pipe(client)
      client.on('data', async (bytes) => {
        const read = /MGET[\s\S]*?listed\/(h\d+)/i.exec(bytes.toString('latin1'))?.[1]
        if (read !== undefined && left-- > 0) await direct.open('listed').delete(read)
        server.write(bytes)
      })
      for (const socket of [client, server]) socket.on('error', () => {}).on('close', () => client.destroy())
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const through = new URL(cache)
    through.port = String((proxy.address() as AddressInfo).port)
    const store = keyvStore(through)
    expect((await store.open('listed').stats()).entries).toBe(38)
    left = 2
    expect(await store.open('listed').clear()).toBe(36)
    expect((await direct.open('listed').stats()).entries).toBe(0)
    await Promise.all([store.close(), direct.close()])
    proxy.close()
  })

  test('many entries come over a slow line, asked for together or one by one, however long all of them take', async () => {
    const cache = url()
    const direct = keyvStore(cache)
    const hashes = Array.from({ length: 120 }, (_, index) => `h${index}`)
    const payload = 'x'.repeat(100_000)
    for (const hash of hashes) await direct.open('f').set({ ...ENTRY, hash, payload })
    const bytesPerMs = 10_000
    const proxy = createServer((client) => {
      const server = connect(Number(new URL(redis.url).port), '127.0.0.1')
      client.pipe(server)
      server.on('data', (bytes) => {
        server.pause()
        client.write(bytes)
        setTimeout(() => server.resume(), bytes.length / bytesPerMs)
      })
      for (const socket of [client, server]) socket.on('error', () => {}).on('close', () => client.destroy())
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const through = new URL(cache)
    through.port = String((proxy.address() as AddressInfo).port)
    const store = keyvStore(through, { serverWaitMs: 600 })
    const namespace = store.open('f')
    const together = () => namespace.getMany!(hashes)
    const oneByOne = () => Promise.all(hashes.map((hash) => namespace.get(hash)))
    for (const read of [together, oneByOne]) {
      const found = await read()
      expect(found.map((entry) => entry?.hash)).toEqual(hashes)
      expect(found.every((entry) => entry?.payload === payload)).toBe(true)
    }
    await Promise.all([store.close(), direct.close()])
    proxy.close()
  })

  test('a listing shows entries of its own prefix only', async () => {
    const [one, two] = [keyvStore(url()), keyvStore(url())]
    await one.open('f').set({ hash: 'h', payload: 'value', createdAt: 1 })
    expect(await two.open('f').stats()).toEqual({ entries: 0, bytes: 0 })
    expect(await two.open('f').clear()).toBe(0)
    expect(await one.open('f').stats()).toMatchObject({ entries: 1 })
    await Promise.all([one.close(), two.close()])
  })

  test('the error says why it cannot connect: a wrong password, no server, a host name that does not exist', async () => {
    const wrong = (place: string) => keyvStore(place, { serverWaitMs: 20_000 }).open('f')
    const { port } = new URL(redis.url)
    const reasons = [
      [`redis://ann:S3cret@127.0.0.1:${port}`, /WRONGPASS/],
      [`redis://:S3cret@127.0.0.1:${port}`, /AUTH|WRONGPASS/],
      [`redis://127.0.0.1:${port}/9999`, /DB index/],
      ['redis://127.0.0.1:1', /ECONNREFUSED/],
      ['redis://localhost:1', /ECONNREFUSED/],
      ['redis://no-such-host.invalid', /ENOTFOUND|EAI_AGAIN/],
    ] as const
    for (const [place, reason] of reasons) {
      for (const method of ['get', 'delete'] as const) {
        const failure = await wrong(place)
          [method]('h')
          .catch((error: Error) => error as Error)
        expect(failure).toMatchObject({ code: UNAVAILABLE, message: expect.stringMatching(reason) })
        expect(String((failure as Error).stack) + String((failure as Error).cause)).not.toContain('S3cret')
      }
    }
  })

  test('an expired entry stays while it may be served stale, and is gone after that', async () => {
    const store = keyvStore(url(), { keepExpiredMs: 0, serverWaitMs: 20_000 }).open('f')
    const now = Date.now()
    const stale = { ...ENTRY, hash: 'stale', expiresAt: now - 1000, staleUntil: now + 3_600_000 }
    await store.set(stale)
    await store.set({ ...ENTRY, hash: 'over', expiresAt: now - 1000 })
    await expect.poll(() => store.get('over')).toBeUndefined()
    expect(await store.get('stale')).toEqual(stale)
  })
})
