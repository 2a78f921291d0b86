import type { Entry, Lease, LeaseOptions } from '@persist/store'
import { type LeaseObserver, type LeaseRecord, leaseHolder, readLeaseRecord, trustedMs } from '@persist/store/kit'
import type { Database, EntryKey, Transaction } from './database.ts'
import { encode } from './entry-codec.ts'
import { putEntry } from './put-entry.ts'
import type { TabLocks } from './tab-locks.ts'

/** What the leases of a namespace need. */
export interface LeaseContext {
  readonly namespace: string
  readonly database: Database
  readonly locks: TabLocks
  readonly observer: LeaseObserver
  /** Runs an operation, and converts its errors. */
  readonly attempt: <T>(operation: string, hash: string, act: () => Promise<T>) => Promise<T>
}

/** Takes the lease of a hash. `undefined`: another holder has it. */
export async function takeLease(
  context: LeaseContext,
  hash: string,
  ms: number,
  { steal = false, onHeld }: LeaseOptions,
): Promise<Lease<'async'> | undefined> {
  const { database, namespace, observer } = context
  const key: EntryKey = [namespace, hash]
  const found = readLeaseRecord(
    await database.read(['leases'], (transaction) => transaction.objectStore('leases').get(key)),
  )
  if (
    typeof steal === 'string' ? found?.id !== steal : !steal && found && !(await hasEnded(context, hash, found, ms))
  ) {
    if (found) onHeld?.(leaseHolder(found))
    return undefined
  }
  const id = newId()
  const release = await context.locks.hold(id)
  try {
    const taken = await database.write(['heads', 'leases'], async (transaction) => {
      const leases = transaction.objectStore('leases')
      const now = readLeaseRecord(await leases.get(key))
      // Another tab may have taken or ended it meanwhile.
      if (steal !== true && now?.id !== found?.id) return { holder: now }
      await leases.put({ id, ms, beat: 0 } satisfies LeaseRecord, key)
      return { foundNothing: (await transaction.objectStore('heads').getKey(key)) === undefined }
    })
    if ('foundNothing' in taken) {
      observer.forget(nameOf(key))
      return new IdbLease(context, key, { id, foundNothing: taken.foundNothing === true, unlock: release })
    }
    release()
    if (taken.holder) onHeld?.(leaseHolder(taken.holder))
    return undefined
  } catch (error) {
    release()
    throw error
  }
}

/** Whether the holder's tab is gone, or has shown no sign of life for its time. */
async function hasEnded({ namespace, observer, locks }: LeaseContext, hash: string, found: LeaseRecord, ms: number) {
  const silentMs = observer.unchangedFor(nameOf([namespace, hash]), `${found.id} ${found.beat}`)
  return silentMs >= trustedMs(found.ms, ms) || locks.isGone(found.id)
}

class IdbLease implements Lease<'async'> {
  readonly id: string
  readonly foundNothing: boolean
  readonly #context: LeaseContext
  readonly #key: EntryKey
  readonly #unlock: () => void

  constructor(
    context: LeaseContext,
    key: EntryKey,
    { id, foundNothing, unlock }: { id: string; foundNothing: boolean; unlock: () => void },
  ) {
    this.#context = context
    this.#key = key
    this.id = id
    this.foundNothing = foundNothing
    this.#unlock = unlock
  }

  async promised(): Promise<void> {
    await this.#change('promised', (record) => ({ ...record, promised: true }))
  }

  async waitsFor(ids: readonly string[]): Promise<void> {
    await this.#change('waitsFor', (record) => ({ ...record, waitsFor: [...ids] }))
  }

  renew(ms: number): Promise<boolean> {
    return this.#change('renew', (record) => ({ ...record, ms, beat: record.beat + 1 }))
  }

  async publish(entry: Entry): Promise<boolean> {
    const { database, namespace } = this.#context
    const records = encode(entry, namespace)
    const act = async (transaction: Transaction<'heads' | 'payloads' | 'leases'>) => {
      if ((await this.#own(transaction)) === undefined) return false
      await putEntry(transaction, [namespace, entry.hash], records)
      return true
    }
    try {
      return await this.#attempt('publish', () =>
        database.write(['heads', 'payloads', 'leases'], act, records.head.bytes),
      )
    } finally {
      // Also after a failure: the computation is over, and other tabs need not wait for it.
      this.#unlock()
    }
  }

  async release(): Promise<void> {
    try {
      await this.#change('release', () => undefined)
    } finally {
      this.#unlock()
    }
  }

  /** Replaces the record of this lease, or deletes it. `false`: the lease was lost. */
  async #change(operation: string, next: (record: LeaseRecord) => LeaseRecord | undefined): Promise<boolean> {
    const isHeld = await this.#attempt(operation, () =>
      this.#context.database.write(['leases'], async (transaction) => {
        const record = await this.#own(transaction)
        if (record === undefined) return false
        const changed = next(record)
        const leases = transaction.objectStore('leases')
        await (changed === undefined ? leases.delete(this.#key) : leases.put(changed, this.#key))
        return true
      }),
    )
    if (!isHeld) this.#unlock()
    return isHeld
  }

  async #own(transaction: Pick<Transaction<'leases'>, 'objectStore'>): Promise<LeaseRecord | undefined> {
    const record = readLeaseRecord(await transaction.objectStore('leases').get(this.#key))
    return record?.id === this.id ? record : undefined
  }

  #attempt<T>(operation: string, act: () => Promise<T>): Promise<T> {
    return this.#context.attempt(operation, this.#key[1], act)
  }
}

/** A name that no other tab gives. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
}

function nameOf(key: EntryKey): string {
  return JSON.stringify(key)
}
