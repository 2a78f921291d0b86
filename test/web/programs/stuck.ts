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
async function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open('stuck')
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
