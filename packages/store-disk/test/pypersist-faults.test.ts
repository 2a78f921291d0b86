import type { PersistError } from '@persist/errors'
import type { Store } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { start } from './support/child.ts'
import { failure, faultyFileSystem } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

const CODES = process.env.PERSIST_SOAK ? ['EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'EROFS', 'ENOENT'] : ['EIO', 'ENOENT']
const KILLS = process.env.PERSIST_SOAK ? 200 : 20
const KEYS = 4
const BYTES = 50_000
const OLD = { ...plain('an-old-one', 'old'), key: 'k', metadata: 'm' }
const NEW = plain('an-old-one', 'new')
const open = (dir: string) => diskStore(dir, { layout: 'pypersist', leaseMs: 5 }).open('f')

/** What is done, and what the entry may be afterwards: nothing at all costs a computation, and is no wrong value. */
const METHODS: Record<string, { act: (store: Store<'sync'>) => unknown; after: readonly (string | undefined)[] }> = {
  hit: { act: (store) => store.get(OLD.hash), after: ['old'] },
  miss: { act: (store) => store.get('none-such'), after: ['old'] },
  set: { act: (store) => store.set(NEW), after: ['old', 'new', undefined] },
  delete: { act: (store) => store.delete(OLD.hash), after: ['old', undefined] },
  clear: { act: (store) => store.clear(), after: ['old', undefined] },
  prune: { act: (store) => store.prune(0, { maxEntries: 0 }), after: ['old', undefined] },
}

describe.each(Object.entries(METHODS))('%s', (_, { act, after }) => {
  test.each(CODES)(
    'whichever call of the file system fails with %s, no value is wrong and the next time heals',
    (code) => {
      let clean = false
      for (let n = 1; !clean; n++) {
        const dir = newFolder()
        open(dir).set(OLD)
        const faulty = faultyFileSystem(n, () => {
          throw failure(code)
        })
        const { fileSystem } = faulty
        try {
          act(diskStore(dir, { layout: 'pypersist', leaseMs: 5, fileSystem }).open('f'))
        } catch (error) {
          expect((error as PersistError).code, `call ${n}: ${faulty.names.at(-1)}`).toMatch(/^ERR_PERSIST_STORE/)
        }
        clean = faulty.calls < n
        expect(after, `call ${n} of ${faulty.names}`).toContain(open(dir).get(OLD.hash)?.payload)
        open(dir).set(NEW)
        expect(open(dir).get(OLD.hash)).toEqual(NEW)
        expect(n).toBeLessThan(200)
      }
    },
  )
})

test(`after ${KILLS} kills of writers every value is whole, and no key hangs`, async () => {
  const dir = newFolder()
  const store = diskStore(dir, { layout: 'pypersist', leaseMs: 100 }).open('f')
  let whole = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = start('writer-pypersist', dir, KEYS, BYTES)
    await writer.line('key')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
    writer.process.kill('SIGKILL')
    await writer.ended
    for (let key = 0; key < KEYS; key++) {
      const entry = store.get(`key-${key}`)
      if (entry === undefined) continue
      const [, number] = String(entry.payload).split(' ')
      expect(entry.payload === `key-${key} ${number} `.padEnd(BYTES, String(Number(number) % 10))).toBe(true)
      whole++
      store.set({ ...entry, createdAt: 1 })
    }
  }
  expect(whole).toBeGreaterThan(KILLS)
}, 120_000)
