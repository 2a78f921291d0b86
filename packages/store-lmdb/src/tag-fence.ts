import { createHash, randomBytes } from 'node:crypto'
import type { TagFence } from '@persist/store'
import type { Databases, Environment } from './environment.ts'
import { removeRange } from './walk.ts'

/** So many deletions are remembered for a namespace; a computation that began before them is refused. */
const KEPT = 100_000
const RING = 0
const TAG = 1
const EPOCH_BYTES = 8
const NUMBER_BYTES = 8
const DIGEST_BYTES = 16

/** How many deletions a namespace has had, counted since the epoch began. */
interface Counter {
  /** Random; empty: nothing was deleted yet. */
  readonly epoch: string
  readonly count: number
}

const NONE: Counter = { epoch: '', count: 0 }
/** Bytes without the form of a counter: the next deletion begins another epoch. */
const UNREADABLE: Counter = { epoch: 'unreadable', count: 0 }

/**
 * The deletions by tag of one namespace, in a database of its own:
 *
 * | key | what |
 * |---|---|
 * | prefix | 8 random bytes, and as a double how many deletions there were |
 * | prefix, 1, digest of a tag | as a double: which deletion was the tag's last |
 * | prefix, 0, 4 bytes | a ring of digests: which tag was deleted by that number, to forget it some day |
 *
 * The counter stays when the namespace is cleared, so that a mark never counts by another one.
 */
export class LmdbTagFence implements TagFence<'sync'> {
  readonly #environment: Environment
  readonly #prefix: Buffer
  readonly #withStoreErrors: <T>(operation: string, act: () => T) => T
  readonly #kept: number

  constructor(
    environment: Environment,
    prefix: Buffer,
    withStoreErrors: <T>(operation: string, act: () => T) => T,
    kept: number = KEPT,
  ) {
    this.#environment = environment
    this.#prefix = prefix
    this.#withStoreErrors = withStoreErrors
    this.#kept = kept
  }

  mark(): string {
    return this.#withStoreErrors('mark', () => {
      const { epoch, count } = this.#counterIn(this.#environment.now())
      return `${epoch}.${count}`
    })
  }

  record(tag: string): void {
    this.#withStoreErrors('record', () =>
      this.#environment.change((databases) => this.#count(databases, digestOf(tag))),
    )
  }

  hasDeleted(mark: string, tags: readonly string[]): boolean {
    return this.#withStoreErrors('hasDeleted', () => {
      const databases = this.#environment.now()
      const { epoch, count } = this.#counterIn(databases)
      const [markEpoch, number] = mark.split('.')
      const since = Number(number)
      // A mark from before the first deletion has no epoch, and counts from 0 in the first one.
      const isOfFirst = markEpoch === NONE.epoch && epoch !== UNREADABLE.epoch
      if (markEpoch !== epoch && !isOfFirst) return true
      if (!(since <= count && count - since <= this.#kept)) return true
      return tags.some((tag) => !(this.#lastOf(databases, this.#tagKey(digestOf(tag))) <= since))
    })
  }

  /** To be called inside a change. */
  #count({ tags }: Databases, digest: Buffer): void {
    const { epoch, count } = this.#epochIn({ tags })
    const now = count + 1
    const slot = this.#slot(now)
    const former = tags.get(slot)
    // The tag that was deleted so long ago is forgotten, unless it was deleted again.
    if (former !== undefined && this.#lastOf({ tags }, this.#tagKey(former)) <= now - this.#kept) {
      tags.removeSync(this.#tagKey(former))
    }
    tags.putSync(slot, digest)
    tags.putSync(this.#tagKey(digest), numberRecord(now))
    tags.putSync(this.#prefix, Buffer.concat([Buffer.from(epoch, 'hex'), numberRecord(now)]))
  }

  #epochIn(databases: Pick<Databases, 'tags'>): Counter {
    const found = this.#counterIn(databases)
    if (found !== NONE && found !== UNREADABLE) return found
    removeRange(databases.tags, this.#prefix)
    return { epoch: randomBytes(EPOCH_BYTES).toString('hex'), count: 0 }
  }

  #counterIn({ tags }: Pick<Databases, 'tags'>): Counter {
    const record = tags.get(this.#prefix)
    if (record === undefined) return NONE
    if (record.length !== EPOCH_BYTES + NUMBER_BYTES) return UNREADABLE
    const count = record.readDoubleLE(EPOCH_BYTES)
    return Number.isSafeInteger(count) ? { epoch: record.toString('hex', 0, EPOCH_BYTES), count } : UNREADABLE
  }

  /** The last deletion under the key; a record that cannot be read counts as the very last one. */
  #lastOf({ tags }: Pick<Databases, 'tags'>, key: Buffer): number {
    const record = tags.get(key)
    if (record === undefined) return 0
    return record.length === NUMBER_BYTES ? record.readDoubleLE() : Number.POSITIVE_INFINITY
  }

  #tagKey(digest: Buffer): Buffer {
    return Buffer.concat([this.#prefix, Buffer.of(TAG), digest])
  }

  #slot(number: number): Buffer {
    const slot = Buffer.alloc(4)
    slot.writeUInt32BE(number % this.#kept)
    return Buffer.concat([this.#prefix, Buffer.of(RING), slot])
  }
}

/** Of the text's own units, so that halves of surrogate pairs stay different. */
function digestOf(tag: string): Buffer {
  return createHash('sha256').update(tag, 'utf16le').digest().subarray(0, DIGEST_BYTES)
}

function numberRecord(number: number): Buffer {
  const record = Buffer.alloc(NUMBER_BYTES)
  record.writeDoubleLE(number)
  return record
}
