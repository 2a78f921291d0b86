import { type PersistEvent, persist } from '@persist/core'
import { idbStore } from '@persist/store-idb'

export const adapter = idbStore('stuck', { browserWaitMs: 200 })

/** The events, with the state of the circuit and the code of an error. */
export const events: string[] = []

function report(event: PersistEvent): void {
  if (event.name === 'circuit') events.push(`circuit ${event.state}`)
  else if (event.name === 'problem') events.push(`problem ${(event.error as { code?: string }).code}`)
  else events.push(event.name)
}

export const double = persist(async (x: number) => 2 * x, { funcname: 'double', cache: adapter, report })
/** Sets an entry with a payload of so many characters. Returns the code of the error. */
export function set(length: number): Promise<string | undefined> {
  const entry = { hash: 'long', createdAt: 0, payload: 'x'.repeat(length) }
  return adapter
    .open('long')
    .set(entry)
    .then(
      () => undefined,
      ({ code }: { code: string }) => code,
    )
}

/** Fails to publish or to release a lease. Returns how many locks are held after that. */
export async function locksAfter(operation: 'publish' | 'release'): Promise<number | undefined> {
  const lease = (await adapter.open('leased').lease!(operation, 60_000))!
  const end = await holdTransaction()
  await lease[operation]({ hash: operation, createdAt: 0, payload: '' }).catch(({ code }) => events.push(code))
  end()
  return (await navigator.locks.query()).held?.length
}

/** Opens the database as another program of the origin, which notices no deletion. */
async function opened(name = 'stuck'): Promise<IDBDatabase> {
  const request = indexedDB.open(name)
  await new Promise((resolve) => {
    request.onsuccess = resolve
  })
  return request.result
}

/** Keeps a transaction of the database open until the returned function is called. */
export async function holdTransaction(): Promise<() => void> {
  const database = await opened()
  let isHeld = true
  const leases = database.transaction(['heads', 'payloads', 'leases'], 'readwrite').objectStore('leases')
  const goOn = () => {
    if (isHeld) leases.get('').onsuccess = goOn
    else database.close()
  }
  goOn()
  return () => {
    isHeld = false
  }
}

/** Waits to delete the database, which is open elsewhere, until the returned function closes it there. */
export async function holdDeletion(): Promise<() => void> {
  const database = await opened()
  const request = indexedDB.deleteDatabase('stuck')
  await new Promise((resolve) => {
    request.onblocked = resolve
  })
  return () => database.close()
}

const many = idbStore('many', { browserWaitMs: 1_000 })

/** Sets that many entries, which have expired, in one transaction. */
export async function fill(count: number): Promise<void> {
  await many.open('many').set({ hash: 'first', createdAt: 0, payload: '' })
  const database = await opened('many')
  const transaction = database.transaction(['heads', 'payloads'], 'readwrite')
  for (let n = 0; n < count; n++) {
    const head = { hash: `${n}`, createdAt: 0, expiresAt: 1, bytes: 0, tags: ['all'], tagKeys: [['many', 'all']] }
    transaction.objectStore('heads').put(head, ['many', head.hash])
    transaction.objectStore('payloads').put('', ['many', head.hash])
  }
  await new Promise((resolve) => {
    transaction.oncomplete = resolve
  })
  database.close()
}

/** Deletes them. Returns how many were deleted, and how many are left. */
export async function removeFilled(method: 'clear' | 'deleteByTag' | 'prune'): Promise<readonly [number, number]> {
  const store = many.open('many')
  const gone =
    method === 'clear'
      ? await store.clear()
      : method === 'prune'
        ? await store.prune(2)
        : await store.deleteByTag!('all')
  return [gone, (await store.stats()).entries]
}

/** Clears the entries while another one is set. Returns what ended first. */
export async function clearBesideSet(): Promise<string> {
  const store = many.open('many')
  const clearing = store.clear().then(() => 'clear')
  const setting = many
    .open('other')
    .set({ hash: 'new', createdAt: 0, payload: '' })
    .then(() => 'set')
  return Promise.race([clearing, setting])
}

/** Sets that many entries at once, before each of which another program uses the database. Returns how many are stored. */
export async function setInTurn(count: number, heldMs: number): Promise<number> {
  const store = many.open('many')
  await store.set({ hash: 'first', createdAt: 0, payload: '' })
  const database = await opened('many')
  const sets: Promise<void>[] = []
  for (let n = 0; n < count; n++) {
    holdFor(heldMs, database)
    sets.push(store.set({ hash: `${n}`, createdAt: 0, payload: '' }))
    // Its transaction begins in a later step.
    await new Promise((resolve) => setTimeout(resolve))
  }
  const stored = await Promise.allSettled(sets)
  database.close()
  return stored.filter(({ status }) => status === 'fulfilled').length
}

/** Keeps a transaction open for some time from its own begin on. */
function holdFor(ms: number, database: IDBDatabase): void {
  const leases = database.transaction(['heads', 'payloads', 'leases'], 'readwrite').objectStore('leases')
  let end = Number.POSITIVE_INFINITY
  const goOn = () => {
    end = Math.min(end, performance.now() + ms)
    if (performance.now() < end) leases.get('').onsuccess = goOn
  }
  leases.get('').onsuccess = goOn
}
