import { randomUUID } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeStores, createPersist, memoryStore, type StoreAdapter } from '@persist/core'
import { env, existsSync, readFile } from '@persist/inputs'
import { keyvStore } from '@persist/store-keyv'
import Keyv from 'keyv'
import { afterAll, expect, test } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'
import { withRedis } from '../support/with-redis.ts'

const home = realpathSync(mkdtempSync(join(tmpdir(), 'persist-traces-')))
afterAll(async () => {
  await closeStores()
  rmSync(home, { recursive: true })
})

const THEME = 'PERSIST_TRACES_THEME'

/** Traces over one store: files, absences, variables, nested calls, the memory tier and `many`. */
async function traces(cache: string | StoreAdapter): Promise<void> {
  const root = mkdtempSync(join(home, 'root-'))
  const write = (name: string, text: string) => writeFileSync(join(root, name), text)
  const persist = createPersist({ env: {}, stderr: () => {} })
  const missed: string[] = []
  const options = { cache, trace: { root } } as const
  write('a "ä".md', 'one')
  write('b', '2')
  const inner = persist(async (name: string) => Number(await readFile(join(root, name), 'utf8')) % 10, {
    ...options,
    funcname: 'inner',
  })
  const page = persist(
    async (n: number) => {
      const text = await readFile(join(root, 'a "ä".md'), 'utf8')
      return `${n} ${text} ${env(THEME)} ${existsSync(join(root, 'c'))} ${await inner('b')}`
    },
    {
      ...options,
      funcname: 'page',
      report: (event) => {
        if (event.name === 'miss') missed.push(event.because?.changed?.join() ?? event.reason)
      },
    },
  )
  const heldInMemory = persist(page.original, { ...options, funcname: 'page in memory', memory: true })
  const all = async (n: number) => {
    const [first, [second], third] = [await page(n), await page.many([[n]]), await heldInMemory(n)]
    expect([second, third]).toEqual([first, first])
    return first
  }
  process.env[THEME] = 'dark'
  expect(await all(1)).toBe('1 one dark false 2')
  expect(await all(2)).toBe('2 one dark false 2')
  expect(missed.splice(0)).toEqual(['absent', 'absent'])
  write('a "ä".md', 'two')
  expect(await all(1)).toBe('1 two dark false 2')
  expect(missed.splice(0)).toEqual(['a "ä".md'])
  process.env[THEME] = 'light'
  expect(await all(1)).toBe('1 two light false 2')
  write('c', '')
  expect(await all(1)).toBe('1 two light true 2')
  write('b', '12')
  expect(await all(1)).toBe('1 two light true 2')
  write('b', '13')
  expect(await all(1)).toBe('1 two light true 3')
  expect(missed.splice(0)).toEqual([`$${THEME}`, 'c', 'inner'])
  delete process.env[THEME]
}

test('a folder keeps traces', () => traces(`file://${home}/disk`))
test('LMDB keeps traces', () => traces(`lmdb://${home}/lmdb`))
test('memory keeps traces', () => traces(memoryStore()))
test('a Keyv keeps traces', () => traces(keyvStore(new Keyv())))

withMongo('MongoDB', (server) => {
  test('keeps traces', () => traces(`mongodb://${new URL(server).host}/${randomUUID()}`))
})

await withRedis('Redis', (redis) => {
  test('keeps traces', () => traces(`${redis.url}?persistPrefix=${randomUUID()}`))
})
