import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPersist } from '@persist/core'
import type { Entry, StoreAdapter } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { afterAll, expect, test } from 'vitest'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/persist.js', import.meta.url))
const SOAK = process.env.PERSIST_SOAK === '1'
const ROUNDS = SOAK ? 200 : 6
const KEYS = Array.from({ length: 40 }, (_, n) => n)
const REFRESHED = KEYS.filter((n) => n % 2 === 0)
const room = mkdtempSync(join(tmpdir(), 'persist-verify-'))
afterAll(() => rmSync(room, { recursive: true, force: true }))

test.each<[string, (dir: string) => StoreAdapter]>([
  ['file', (dir) => diskStore(dir)],
  ['lmdb', (dir) => lmdbStore(dir, { flush: false })],
])(
  'whatever verify --repair takes out of a %s cache in use, no value is wrong and no result is lost',
  async (scheme, open) => {
    const dir = join(room, scheme)
    const cache = open(dir)
    const store = cache.open('f')
    const lost: string[] = []
    let runs = 0
    const f = createPersist({ env: {} })(
      async (n: number) => {
        runs++
        await new Promise((resolve) => setTimeout(resolve, n % 7))
        return `value of ${n}`
      },
      {
        funcname: 'f',
        cache,
        storekey: true,
        report: (event) => void (event.name === 'skip' && lost.push(event.reason)),
      },
    )
    await f.many(KEYS.map((n) => [n] as const))
    const entries: Entry[] = []
    for await (const entry of store.entries()) entries.push(entry)
    for (let round = 0; round < ROUNDS; round++) {
      // Each entry says that it has the key of its neighbor, which belongs under another hash.
      for (const [index, entry] of entries.entries()) {
        await store.set({ ...entry, key: entries.at(index - 1)!.key! })
      }
      const command = spawn(process.execPath, [
        COMMAND,
        '-c',
        `${scheme}://${dir}`,
        'verify',
        '--repair',
        '-y',
        '--quarantine',
        join(room, 'q.ndjson'),
      ])
      const ended = once(command, 'exit')
      let isOver = false
      ended.then(() => {
        isOver = true
      })
      while (!isOver) {
        expect(await Promise.all(KEYS.map((n) => f(n)))).toEqual(KEYS.map((n) => `value of ${n}`))
        await Promise.all(REFRESHED.map((n) => f.refresh(n)))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      expect(lost).toEqual([])
      runs = 0
      await Promise.all(REFRESHED.map((n) => f(n)))
      expect(runs, 'each refreshed result is stored').toBe(0)
    }
    await cache.close()
  },
  SOAK ? 1_800_000 : 240_000,
)
