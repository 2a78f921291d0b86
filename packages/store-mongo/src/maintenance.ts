import type { PersistError } from '@persist/errors'
import type { Bounds, Entry } from '@persist/store'
import { claim } from './claim.ts'
import type { CollectionAccess, Operation } from './collection-access.ts'
import type { EntryDocument } from './entry-codec.ts'
import type { Ids } from './ids.ts'
import { makeIndexes } from './indexes.ts'
import type { Orphans } from './orphans.ts'
import type { Sweep } from './sweep.ts'

interface MaintenanceOptions {
  readonly bounds: Bounds | undefined
  readonly report: (problem: PersistError) => void
  readonly namespace: string
}

/** How old the note of an entry's last use may grow: a hit is not to cost a write. */
const USE_NOTED_MS = 60_000
/** Soon, while the connection is still there. */
const NOTES_AFTER_MS = 250
const MOST_NOTES = 10_000
/** Between two tidyings of a namespace, whichever process does them. */
const BOUNDED_EVERY_MS = 1000
const UNBOUNDED_EVERY_MS = 3_600_000
const WITHOUT_TTL_EVERY_MS = 300_000
const WRITES_BETWEEN = 1000
const SHARE_OF_BOUND = 10

/** What has to be done now and then, by any process, once: never in the way of a caller. */
export class Maintenance {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #sweep: Sweep
  readonly #orphans: Orphans
  readonly #options: MaintenanceOptions
  readonly #used = new Set<string>()
  #noting: NodeJS.Timeout | undefined
  #entriesWritten = Number.POSITIVE_INFINITY
  #bytesWritten = 0
  #running = false
  /** By this process's own monotonic clock. */
  #claimed = Number.NEGATIVE_INFINITY

  constructor(access: CollectionAccess, ids: Ids, sweep: Sweep, orphans: Orphans, options: MaintenanceOptions) {
    this.#access = access
    this.#ids = ids
    this.#sweep = sweep
    this.#orphans = orphans
    this.#options = options
  }

  /** An entry was read: with bounds, that counts as its last use. */
  read({ _id, usedAt }: EntryDocument): void {
    if (this.#options.bounds === undefined) return
    const noted = usedAt instanceof Date ? usedAt.getTime() : Number.NaN
    if (Math.abs(Date.now() - noted) < USE_NOTED_MS) return
    this.#mark(_id)
    this.#noting ??= setTimeout(() => this.#noteUse(), NOTES_AFTER_MS).unref()
  }

  /** An entry was written: now and then that is the moment to tidy up. */
  written({ payload }: Entry): void {
    this.#entriesWritten++
    this.#bytesWritten += payload.length
    if (this.#running || !this.#isTime()) return
    this.#running = true
    this.#entriesWritten = 0
    this.#bytesWritten = 0
    this.#tidy()
      .catch((error) => this.#report(error))
      .finally(() => {
        this.#running = false
      })
  }

  #isTime(): boolean {
    const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = this.#options.bounds ?? {}
    const entries = Math.min(WRITES_BETWEEN, Math.max(1, maxEntries / SHARE_OF_BOUND))
    return this.#entriesWritten >= entries || this.#bytesWritten >= maxBytes / SHARE_OF_BOUND
  }

  async #tidy(): Promise<void> {
    const operation = this.#operation
    const { tidiesUp } = await makeIndexes(this.#access, operation, this.#options.report)
    if (!(await this.#claim(this.#every(tidiesUp), operation))) return
    if (!tidiesUp) await this.#sweep.dropped(operation)
    await this.#orphans.remove(operation)
    if (this.#options.bounds !== undefined) await this.#sweep.downTo(this.#options.bounds, operation)
  }

  #every(tidiesUp: boolean): number {
    if (this.#options.bounds !== undefined) return BOUNDED_EVERY_MS
    return tidiesUp ? UNBOUNDED_EVERY_MS : WITHOUT_TTL_EVERY_MS
  }

  /** `true`: no other process has tidied up recently. This process never tidies up more often, even if the clocks differ. */
  async #claim(every: number, operation: Operation): Promise<boolean> {
    if (performance.now() - this.#claimed < every) return false
    const isMine = await this.#access.run(operation, (entries) => claim(entries, this.#ids.maintenance, every))
    if (isMine) this.#claimed = performance.now()
    return isMine
  }

  #noteUse(): void {
    this.#noting = undefined
    const ids = [...this.#used]
    this.#used.clear()
    this.#access
      .run(this.#operation, (entries) => entries.updateMany({ _id: { $in: ids } }, { $set: { usedAt: new Date() } }))
      .catch((error) => {
        // For the next time.
        for (const id of ids) this.#mark(id)
        this.#report(error)
      })
  }

  #mark(id: string): void {
    if (this.#used.size < MOST_NOTES) this.#used.add(id)
  }

  get #operation(): Operation {
    return { operation: 'maintenance', namespace: this.#options.namespace, isInBackground: true, isLight: true }
  }

  /** The call that waits for a server reports that it is out of reach. */
  #report(error: PersistError): void {
    if (error.code !== 'ERR_PERSIST_STORE_UNAVAILABLE') this.#options.report(error)
  }
}
