import { idbStore } from '@persist/store-idb'

const KEY = ['double', 'wXS1bv']
const NAMES = ['heads', 'payloads', 'leases', 'deletions', 'deletedTags']

/** The records of a database after a store has written an entry, a lease and a deletion by tag. */
export async function written(): Promise<unknown> {
  const store = idbStore('written').open('double')
  await store.set({ hash: 'wXS1bv', payload: '6', createdAt: 1, expiresAt: 2, tags: ['a'], durationMs: Infinity })
  await store.tagFence!.record('a')
  const lease = await store.lease!('other', 30_000)
  await lease!.renew(20_000)
  const database = await settled(indexedDB.open('written'))
  const transaction = database.transaction(NAMES)
  const all = await Promise.all(
    NAMES.map(async (name) => {
      const records = transaction.objectStore(name)
      return [name, await settled(records.getAllKeys()), await settled(records.getAll())] as const
    }),
  )
  const locks = (await navigator.locks.query()).held?.map(({ name }) => name)
  await lease!.release()
  // Granted when the store has let go of it.
  const after = await navigator.locks.request(locks![0]!, async () => 'free')
  return { version: database.version, all, locks, after, id: lease!.id }
}

/** What a store reads from records that a program of the first release has written. */
export async function read(): Promise<unknown> {
  const request = indexedDB.open('old', 1)
  request.onupgradeneeded = () => {
    const { result } = request
    result.createObjectStore('heads').createIndex('tags', 'tagKeys', { multiEntry: true })
    for (const name of ['payloads', 'leases', 'deletions']) result.createObjectStore(name)
    result.createObjectStore('deletedTags').createIndex('order', 'order')
  }
  const database = await settled(request)
  const transaction = database.transaction(NAMES, 'readwrite')
  const head = { hash: 'wXS1bv', createdAt: 1, expiresAt: 2, tags: ['a'], bytes: 3, tagKeys: [['double', 'a']] }
  transaction.objectStore('heads').put(head, KEY)
  transaction.objectStore('payloads').put(Uint8Array.of(1, 2, 3), KEY)
  transaction.objectStore('heads').put({ ...head, hash: 'y', createdAt: 'soon' }, ['double', 'y'])
  transaction.objectStore('payloads').put('abc', ['double', 'y'])
  transaction.objectStore('deletions').put({ epoch: 'e', count: 2, forgotten: 0 }, 'double')
  transaction.objectStore('deletedTags').put({ count: 2, order: ['double', 2] }, ['double', 'a'])
  await new Promise((resolve) => {
    transaction.oncomplete = resolve
  })
  database.close()
  const problems: string[] = []
  const store = idbStore('old').open('double', { report: ({ code }) => problems.push(code) })
  const entry = (await store.get('wXS1bv'))!
  return {
    entry: { ...entry, payload: [...(entry.payload as Uint8Array)] },
    damaged: (await store.get('y')) ?? 'a miss',
    problems,
    mark: await store.tagFence!.mark(),
    deleted: [await store.tagFence!.hasDeleted('e.1', ['a']), await store.tagFence!.hasDeleted('e.2', ['a'])],
    byTag: await store.deleteByTag!('a'),
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
