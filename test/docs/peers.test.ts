import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { createPersist, memoryStore } from '@persist/core'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import memoizeFs from 'memoize-fs'
import pMemoize from 'p-memoize'
import { afterAll, describe, expect, test } from 'vitest'
import { ROOT } from './documents.ts'

type AnyFunction = (...args: never[]) => unknown
/** Wraps a function by its name, as a later process would, over the same storage. */
type Wrap = (name: string, fn: AnyFunction) => (...args: unknown[]) => unknown

const rooms = fileURLToPath(new URL('.tmp', import.meta.url))
mkdirSync(rooms, { recursive: true })
const room = mkdtempSync(join(rooms, 'peers-'))
afterAll(() => rmSync(room, { recursive: true }))

/** Each peer, set up as its own README shows, over a storage that outlives the process. */
const PEERS: Readonly<Record<string, () => Wrap>> = {
  '`@persist`': () => {
    const cache = memoryStore()
    return (funcname, fn) => createPersist({ env: {} })(fn, { funcname, cache }) as never
  },
  'p-memoize over Keyv': () => {
    const store = new Map()
    return (name, fn) => {
      const cacheKey = (args: unknown) => `${name}:${JSON.stringify(args)}`
      return pMemoize(fn as () => Promise<unknown>, { cacheKey, cache: new Keyv({ store }) as never })
    }
  },
  Keyv: () => {
    const store = new Map()
    return (name, fn) => {
      const keyv = new Keyv({ store })
      return async (...args) => {
        const key = `${name}:${JSON.stringify(args)}`
        const found = await keyv.get(key)
        if (found !== undefined) return found
        const value = await fn(...(args as never[]))
        await keyv.set(key, value)
        return value
      }
    }
  },
  cacheable: () => {
    const store = new Map()
    return (keyPrefix, fn) => new Cacheable({ secondary: new Keyv({ store }) }).wrap(fn as never, { keyPrefix })
  },
  'memoize-fs': () => {
    const cachePath = mkdtempSync(join(room, 'memoize-fs-'))
    return (cacheId, fn) => {
      const wrapped = memoizeFs({ cachePath }).fn(fn, { cacheId })
      return async (...args) => (await wrapped)(...(args as never[]))
    }
  },
}

describe('the table of README.md', () => {
  const [titles, ...rows] = tableIn(readFileSync(join(ROOT, 'README.md'), 'utf8'))
  const cellOf = (row: string, peer: string) => rows.find(([title]) => title === row)?.[titles!.indexOf(peer)]
  const answers = (row: string, peer: string, is: boolean) => {
    expect(cellOf(row, peer), `${row}, ${peer}`).toMatch(is ? /^(yes|by you)/ : /^no/)
  }

  test.each(Object.entries(PEERS))('is right about %s', async (peer, open) => {
    const wrap = open()
    let runs = 0
    const add = async (a: number, b: number) => {
      runs++
      return a + b
    }
    await wrap('add', add)(1, 2)
    await wrap('add', add)(1, 2)
    answers('results outlive the process', peer, runs === 1)
    answers('`f(1, 2)` and `f(1, 3)` are distinguished', peer, (await wrap('add', add)(1, 3)) === 4)

    const sync = wrap('sync', (x: never) => x)(1)
    answers('synchronous functions stay synchronous', peer, !(sync instanceof Promise))
    await sync

    const value = new Map([[1, new Date(0)]])
    const rich = async () => value
    await wrap('rich', rich)()
    answers('a `Map` or `Date` comes back equal', peer, isDeepStrictEqual(await wrap('rich', rich)(), value))

    runs = 0
    const slow = async () => new Promise((resolve) => setTimeout(resolve, 20, ++runs))
    const shared = wrap('slow', slow)
    await Promise.all(Array.from({ length: 64 }, () => shared()))
    expect(cellOf('runs for 64 equal calls at once', peer)).toBe(String(runs))
  })

  test.each(Object.keys(PEERS).filter((peer) => peer !== '`@persist`'))(
    'is right about an edited function of %s',
    async (peer) => {
      const wrap = PEERS[peer]!()
      await wrap('edited', async (x: number) => x + 1)(1)
      const result = await wrap('edited', async (x: number) => x + 2)(1)
      answers('an edited function runs again', peer, result === 3)
    },
  )

  test('is right about an edited function of persist', () => {
    const program = (n: number) => `
      import { persist } from '@persist/core'
      console.log(persist(function edited(x) { return x + ${n} })(1))`
    const results = [1, 2].map((n) => {
      writeFileSync(join(room, 'edited.mjs'), program(n))
      return Number(execFileSync(process.execPath, ['edited.mjs'], { cwd: room, encoding: 'utf8', stdio: 'pipe' }))
    })
    answers('an edited function runs again', '`@persist`', isDeepStrictEqual(results, [2, 3]))
  })

  test('has the counts of the benchmarks for several processes, and for joblib', () => {
    const results = readFileSync(join(ROOT, 'bench/results/README.md'), 'utf8')
    const counted = (heading: RegExp, title: string) =>
      tableIn(results.slice(results.search(heading)))
        .find(([cell]) => cell === title)
        ?.at(1)
    const TITLES = {
      '`@persist`': '**@persist/store-disk**',
      'p-memoize over Keyv': 'p-memoize + keyv + keyv-file',
      cacheable: 'cacheable, memory + keyv-file',
      'memoize-fs': 'memoize-fs',
      'joblib (Python)': 'joblib',
    }
    for (const [peer, title] of Object.entries(TITLES)) {
      const runs = counted(/^## 8 processes at once/m, title)
      expect(cellOf('runs for 8 processes with one call at once', peer), peer).toBe(runs)
    }
    expect(cellOf('runs for 64 equal calls at once', 'joblib (Python)')).toBe(counted(/^## 64 calls/m, 'joblib'))
  })
})

/** The cells of the first table of a page, its titles first. */
function tableIn(text: string): string[][] {
  const [table] = /(?:^\|.*\n)+/m.exec(text)!
  const lines = table.trim().split('\n')
  return lines
    .filter((line) => !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
