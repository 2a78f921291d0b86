import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { lmdbStore } from '@persist/store-lmdb'
import { afterEach, beforeEach, expect, test } from 'vitest'

const ENTRY = { hash: 'h', payload: 'old', createdAt: 1 }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('within one turn of the event loop a read shows what another store of this thread has just changed', () => {
  const [one, two] = [lmdbStore(folder, { flush: false }), lmdbStore(folder, { flush: false })]
  const [reader, writer] = [one.open('f'), two.open('f')]
  for (let round = 0; round < 100; round++) {
    writer.set({ ...ENTRY, payload: `${round}` })
    expect(reader.get('h')?.payload).toBe(`${round}`)
    writer.delete('h')
    expect(reader.get('h')).toBeUndefined()
  }
  one.close()
  two.close()
})

test('within one turn of the event loop a thread sees what another one writes and deletes', async () => {
  const adapter = lmdbStore(folder, { flush: false })
  const store = adapter.open('f')
  store.set(ENTRY)
  const worker = new Worker(new URL('./children/changes.mjs', import.meta.url), { workerData: { folder } })
  await new Promise((resolve) => worker.once('message', resolve))
  worker.postMessage('go')
  const end = performance.now() + 30_000
  const waitFor = (seen: () => boolean) => {
    while (!seen()) if (performance.now() > end) throw new Error('not seen')
  }
  waitFor(() => store.get('h')?.payload === 'new')
  waitFor(() => store.get('h') === undefined)
  waitFor(() => store.get('another') !== undefined)
  await worker.terminate()
  adapter.close()
})

test('an entry that is larger than LMDB takes is refused as too large, and the old one stays', () => {
  const store = lmdbStore(folder).open('f')
  store.set({ hash: 'a', payload: 'the old one', createdAt: 1 })
  const lease = store.lease!('a', 60_000)!
  const entry = { hash: 'a', payload: new Uint8Array(2_147_479_552), createdAt: 1 }
  const refusal = { code: 'ERR_PERSIST_VALUE_TOO_LARGE', hash: 'a', message: expect.stringContaining('too large') }
  expect(() => lease.publish(entry)).toThrow(expect.objectContaining(refusal))
  expect(() => store.set(entry)).toThrow(expect.objectContaining(refusal))
  expect(store.get('a')?.payload).toBe('the old one')
})

test('very many reads in one turn leave no heap of timers', () => {
  const adapter = lmdbStore(folder, { flush: false })
  const store = adapter.open('f')
  store.set(ENTRY)
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const start = performance.now()
  for (let count = 0; count < 50_000; count++) store.get('h')
  // At most one for each millisecond, and some for luck.
  expect(timers() - before).toBeLessThan(performance.now() - start + 10)
  adapter.close()
})
