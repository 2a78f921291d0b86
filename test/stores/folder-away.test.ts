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
