import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PersistError } from '@persist/errors'
import type { Bounds, Store } from '@persist/store'
import { lmdbStore } from '@persist/store-lmdb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Child } from '../../../test/support/child.ts'

const ENTRY = { hash: 'h', payload: 'x', createdAt: 1 }
const CHANGED = { hash: 'h', payload: 'y', createdAt: 2 }
const MORE_THAN_ARE_NOTED = 1_001
const UNAVAILABLE = expect.objectContaining({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })

const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
const isKnown = process.platform === 'linux' && header.glibcVersionRuntime !== undefined
if (!isKnown)
  console.warn('SKIPPED "while another process is stopped in a change": the lock is known on Linux with glibc')

describe.runIf(isKnown)('while another process is stopped in a change', () => {
  let folder: string
  let holder: Child
  let problems: PersistError[]
  const closing: (() => void)[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
    problems = []
  })
  afterEach(async () => {
    holder.process.kill('SIGKILL')
    await holder.ended
    for (const close of closing.splice(0)) close()
    rmSync(folder, { recursive: true })
  })

  test('a write fails after a bounded wait, and works when the process goes on', async () => {
    const store = opened()
    store.set(ENTRY)
    await stop()
    expect(() => store.set(CHANGED)).toThrow(UNAVAILABLE)
    expect(() => store.lease!('other', 1_000)).toThrow(UNAVAILABLE)
    expect(store.get('h')).toEqual(ENTRY)
    holder.process.kill('SIGCONT')
    await holder.says('released')
    store.set(CHANGED)
    expect(store.get('h')).toEqual(CHANGED)
  })

  test('the store cannot be opened for a bounded time, and can when the process was killed', async () => {
    opened().set(ENTRY)
    for (const close of closing.splice(0)) close()
    await stop()
    const store = opened()
    expect(() => store.get('h')).toThrow(UNAVAILABLE)
    holder.process.kill('SIGKILL')
    await holder.ended
    expect(store.get('h')).toEqual(ENTRY)
    store.set(CHANGED)
    expect(store.get('h')).toEqual(CHANGED)
  })

  test('hits of a bounded function are served, and what cannot be noted is reported', async () => {
    const store = opened({ maxEntries: 2 * MORE_THAN_ARE_NOTED })
    const hashes = Array.from({ length: MORE_THAN_ARE_NOTED }, (_, index) => `h${index}`)
    for (const hash of hashes) store.set({ ...ENTRY, hash })
    await stop()
    for (const hash of hashes) expect(store.get(hash)).toEqual({ ...ENTRY, hash })
    expect(problems).toEqual([UNAVAILABLE])
  })

  async function stop(): Promise<void> {
    holder = new Child(new URL('./children/stops.mjs', import.meta.url), folder)
    await holder.says('holds')
    await expect.poll(() => stateOf(holder.process.pid!)).toBe('T')
  }

  /** Each look at its clock is ten seconds later: no test waits. */
  function opened(bounds?: Bounds): Store<'sync'> {
    let now = 0
    const adapter = lmdbStore(folder, { flush: false, monotonic: () => (now += 10_000) })
    closing.push(() => adapter.close())
    return adapter.open('f', { ...(bounds && { bounds }), report: (problem) => problems.push(problem) })
  }
})

function stateOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]![0]!
}
