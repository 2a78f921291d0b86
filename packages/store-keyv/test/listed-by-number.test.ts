import { keyvStore } from '@persist/store-keyv'
import Keyv, { type KeyvStoreAdapter } from 'keyv'
import { expect, test } from 'vitest'

const COUNT = 30
const PER_PAGE = 10
const entry = (number: number, ends = {}) => ({ hash: `h${number}`, payload: 'value', createdAt: 1, ...ends })
const numbers = Array.from({ length: COUNT }, (_, number) => number)

/** A storage adapter that lists in pages by number, as those for SQLite and MySQL do. */
function byNumber(onPage: (page: number) => Promise<unknown> = async () => {}): Keyv {
  const map = new Map<string, unknown>()
  async function* list() {
    for (let start = 0; ; start += PER_PAGE) {
      const page = [...map].slice(start, start + PER_PAGE)
      if (page.length === 0) return
      yield* page
      await onPage(start / PER_PAGE)
    }
  }
  const store: KeyvStoreAdapter = {
    opts: { dialect: 'sqlite' },
    get: async (key) => map.get(key) as never,
    // A row that is replaced gets a new number.
    async set(key, value) {
      map.delete(key)
      map.set(key, value)
    },
    delete: async (key) => map.delete(key),
    clear: async () => map.clear(),
    on: () => store,
    iterator: list as never,
  }
  return new Keyv({ store })
}

test('entries whose time is over hide no other from clear', async () => {
  const adapter = keyvStore(byNumber(), { keepExpiredMs: 0 })
  const [short, long] = [adapter.open('short'), adapter.open('long')]
  for (const number of numbers) {
    await short.set(entry(number, { expiresAt: 2 }))
    await long.set(entry(number))
  }
  expect(await long.clear()).toBe(COUNT)
  expect(await long.stats()).toEqual({ entries: 0, bytes: 0 })
})

test.each([
  ['deleted', (number: number, keyv: Keyv) => keyvStore(keyv).open('other').delete(`h${number}`)],
  ['replaced', (number: number, keyv: Keyv) => keyvStore(keyv).open('other').set(entry(number))],
])('an entry that is %s while others are listed hides none of them', async (_, change) => {
  let changed = 0
  const keyv: Keyv = byNumber(async (page) => page === 0 && change(changed++, keyv))
  const store = keyvStore(keyv).open('f')
  for (const number of numbers) await keyvStore(keyv).open('other').set(entry(number))
  for (const number of numbers) await store.set(entry(number))
  const hashes: string[] = []
  for await (const { hash } of store.heads()) hashes.push(hash)
  expect(hashes.toSorted()).toEqual(numbers.map((number) => `h${number}`).toSorted())
  expect((await store.stats()).entries).toBe(COUNT)
  expect(await store.clear()).toBe(COUNT)
  const names: string[] = []
  for await (const name of keyvStore(keyv).namespaces!()) names.push(name)
  expect(names).toEqual(['other'])
})
