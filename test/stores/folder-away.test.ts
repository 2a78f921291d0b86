import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'persist-away-'))
afterAll(() => rmSync(folder, { recursive: true }))

function leasesIn(cache: string) {
  return readdirSync(cache, { recursive: true }).filter((name) => String(name).includes('-lease'))
}

test('2,000 runs that fail while their folder is away leave no lease in it', async () => {
  const share = join(folder, 'many')
  const cache = join(share, 'cache')
  mkdirSync(cache, { recursive: true })
  let fail = () => {}
  const failing = new Promise<never>((_, reject) => {
    fail = () => reject(new Error('failed'))
  })
  let isBack = () => {}
  const back = new Promise<void>((resolve) => {
    isBack = resolve
  })
  const running = { count: 0 }
  let allRun = () => {}
  const isRunning = new Promise<void>((resolve) => {
    allRun = resolve
  })
  const report = ({ name, state }: { name: string; state?: string }) => {
    if (name === 'circuit' && state === 'closed') isBack()
  }
  const f = createPersist({ env: {}, stderr: () => {} })(
    async (_x: number) => {
      if (++running.count === 2_000) allRun()
      await failing
    },
    { funcname: 'f', cache: diskStore(cache), report },
  )
  const calls = Array.from({ length: 2_000 }, (_, x) => f(x))
  await isRunning
  expect(leasesIn(cache)).toHaveLength(2_000)
  renameSync(share, `${share}.away`)
  writeFileSync(share, '')
  fail()
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  rmSync(share)
  renameSync(`${share}.away`, share)
  await back
  await new Promise(setImmediate)
  expect(leasesIn(cache)).toEqual([])
})

test.each([
  ['sync', 'folder', diskStore],
  ['async', 'folder', diskStore],
  ['sync', 'LMDB file', lmdbStore],
  ['async', 'LMDB file', lmdbStore],
] as const)(
  'a result of a %s function whose %s was away, as a share may be, is stored when it is back',
  async (kind, place, storeIn) => {
    const share = join(folder, `${kind} ${place}`)
    const cache = join(share, 'cache')
    mkdirSync(cache, { recursive: true })
    let isWritten = () => {}
    const written = new Promise<void>((resolve) => {
      isWritten = resolve
    })
    const persist = createPersist({ env: {}, stderr: () => {} })
    const goAway = (x: number) => {
      renameSync(share, `${share}.away`)
      writeFileSync(share, '')
      return 2 * x
    }
    const options = {
      funcname: 'twice',
      cache: storeIn(cache),
      report: ({ name }: { name: string }) => {
        if (name === 'write') isWritten()
      },
    }
    const twice = kind === 'sync' ? persist(goAway, options) : persist(async (x: number) => goAway(x), options)
    expect(await twice(21)).toBe(42)
    rmSync(share)
    renameSync(`${share}.away`, share)
    await written
    const store = storeIn(cache).open('twice')
    expect(store.stats().entries).toBe(1)
    if (storeIn === diskStore) expect(leasesIn(cache)).toEqual([])
  },
)

test.each([
  ['folder', diskStore],
  ['LMDB file', lmdbStore],
] as const)(
  'a program that never waits, so that no timer fires, uses a %s again that was away, and stores what it computed meanwhile',
  (place, storeIn) => {
    const share = join(folder, `unwaiting ${place}`)
    const cache = join(share, 'cache')
    mkdirSync(cache, { recursive: true })
    let now = 0
    const runs: number[] = []
    const events: string[] = []
    const f = createPersist({ env: {}, stderr: () => {}, monotonic: () => now })(
      (x: number) => {
        runs.push(x)
        return 2 * x
      },
      {
        funcname: 'f',
        cache: storeIn(cache),
        report: ({ name, ...event }) => void events.push('state' in event ? `${name} ${event.state}` : name),
      },
    )
    f(1)
    renameSync(share, `${share}.away`)
    writeFileSync(share, '')
    f(2)
    now += 100
    f(3)
    expect(events).not.toContain('circuit closed')
    rmSync(share)
    renameSync(`${share}.away`, share)
    f(4)
    now += 10_000
    for (const x of [1, 2, 3, 4, 5]) expect(f(x)).toBe(2 * x)
    expect(runs).toEqual([1, 2, 3, 4, 5])
    expect(storeIn(cache).open('f').stats().entries).toBe(5)
    if (storeIn === diskStore) expect(leasesIn(cache)).toEqual([])
  },
)

test('a deletion, a result that is put and a refresh reach a folder that was away in a program that never waits', () => {
  const share = join(folder, 'unwaiting changes')
  const cache = join(share, 'cache')
  mkdirSync(cache, { recursive: true })
  let now = 0
  let run = 0
  const persist = createPersist({ env: {}, stderr: () => {}, monotonic: () => now })
  const f = persist((_x: number) => ++run, { funcname: 'f', cache: diskStore(cache) })
  for (const x of [1, 2, 3, 4]) f(x)
  const changes = [
    () => f.forget(1),
    () => f.put(20, 2),
    () => f.refresh(3),
    () => expect(f.peek(4)).toBe(4),
    () => f.clear(),
  ]
  for (const change of changes) {
    renameSync(share, `${share}.away`)
    writeFileSync(share, '')
    expect(f.peek(1)).toBeUndefined()
    rmSync(share)
    renameSync(`${share}.away`, share)
    now += 10_000
    change()
    const { entries } = diskStore(cache).open('f').stats()
    expect(entries).toBe(change === changes.at(-1) ? 0 : 3)
  }
})
