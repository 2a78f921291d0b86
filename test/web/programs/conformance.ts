import { conformance } from '@persist/store/conformance'
import { idbStore } from '@persist/store-idb'

const tests = new Map<string, () => Promise<void>>()
const skipped: string[] = []
const groups: string[] = []

const runner = {
  describe(name: string, define: () => void) {
    groups.push(name)
    define()
    groups.pop()
  },
  test(name: string, run: () => Promise<void>) {
    tests.set([...groups.slice(1), name].join(': '), run)
  },
}

conformance({
  runner,
  adapter: (place) => idbStore(place),
  cleanup: (place) => settled(indexedDB.deleteDatabase(place)),
  damage: async (place, namespace, hash) => {
    const database = await settled(indexedDB.open(place))
    const transaction = database.transaction('payloads', 'readwrite')
    await settled(transaction.objectStore('payloads').put('another length', [namespace, hash]))
    database.close()
  },
  unreachable: () =>
    idbStore('unreachable', {
      indexedDB: {
        open() {
          throw new DOMException('the user forbids storage', 'SecurityError')
        },
      },
    }),
  log: (line) => skipped.push(line),
})

/** The sentences of the suite. */
export const names = (): string[] => [...tests.keys()]

/** Runs one test. Returns what the suite has skipped. */
export async function run(name: string): Promise<string[]> {
  skipped.length = 0
  await tests.get(name)!()
  return skipped
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
