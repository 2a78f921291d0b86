import type { PersistError } from '@persist/errors'
import type { Store } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { failure, faultyFileSystem } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

const CODES = process.env.PERSIST_SOAK
  ? ['EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'EPERM', 'ENOENT', 'EROFS', 'EBUSY']
  : ['EIO', 'ENOSPC', 'ENOENT']
const OLD = plain('an-old-one', 'old')
const NEW = plain('an-old-one', 'new')
const LONG = plain('an-old-one', 'a longer one '.repeat(100))
/** More calls than a lease needs. */
const BEFORE = 1_000

/** What is done, and what the entry may be afterwards. */
const METHODS: Record<string, { act: (store: Store<'sync'>) => unknown; after: readonly (string | undefined)[] }> = {
  hit: { act: (store) => store.get(OLD.hash), after: ['old'] },
  miss: { act: (store) => store.get('none-such'), after: ['old'] },
  set: { act: (store) => store.set(NEW), after: ['old', 'new'] },
  'lease and publish': {
    act: (store) => store.lease!(OLD.hash, 60_000)?.publish(NEW),
    after: ['old', 'new'],
  },
  'lease and release': { act: (store) => store.lease!(OLD.hash, 60_000)?.release(), after: ['old'] },
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
        diskStore(dir).open('f').set(OLD)
        const faulty = faultyFileSystem(n, () => {
          throw failure(code)
        })
        const reports: PersistError[] = []
        const store = diskStore(dir, { fileSystem: faulty.fileSystem }).open('f', {
          report: (problem) => void reports.push(problem),
        })
        try {
          act(store)
        } catch (error) {
          expect((error as PersistError).code, `call ${n}: ${faulty.names.at(-1)}`).toMatch(/^ERR_PERSIST_STORE/)
          expect((error as Error).cause).toMatchObject({ code })
        }
        clean = faulty.calls < n
        const next = diskStore(dir).open('f')
        expect(after, `call ${n} of ${faulty.names}`).toContain(next.get(OLD.hash)?.payload)
        next.set(NEW)
        expect(next.get(OLD.hash)?.payload).toBe('new')
        expect(next.get('none-such')).toBeUndefined()
        expect(n).toBeLessThan(200)
      }
    },
  )
})

test.each(['EMFILE', 'EIO', 'EBUSY', 'ESTALE'])(
  'whichever call of a publication fails with %s, the same lease publishes a moment later, also a shorter entry',
  (code) => {
    let clean = false
    for (let n = 1; !clean; n++) {
      const dir = newFolder()
      const faulty = faultyFileSystem(BEFORE + n, () => {
        throw failure(code)
      })
      const store = diskStore(dir, { fileSystem: faulty.fileSystem }).open('f')
      const lease = store.lease!(NEW.hash, 60_000)!
      if (code === 'EMFILE') lease.waitsFor!(['a', 'b'])
      faulty.calls = BEFORE
      try {
        expect(lease.publish(LONG)).toBe(true)
      } catch (error) {
        expect((error as PersistError).code).toBe('ERR_PERSIST_STORE_BUSY')
        const isDone = lease.publish(NEW)
        expect(store.get(NEW.hash)?.payload, `call ${n}: ${faulty.names.at(-1)}`).toBe(isDone ? 'new' : LONG.payload)
      }
      clean = faulty.calls < BEFORE + n
      expect(diskStore(dir).open('f').lease!(NEW.hash, 60_000), `call ${n} leaves a lease`).toBeDefined()
      expect(n).toBeLessThan(200)
    }
  },
)
