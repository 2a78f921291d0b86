import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry, StoreAdapter } from '@persist/store'
import { expect } from 'vitest'
import { IDS, isWhole, type Made, SUBJECTS, type Subject, valueIn } from './subject.ts'

/** A call of a subject. */
export interface Place {
  readonly subject: Subject
  readonly id: number
}

interface Known {
  /** The stored result, until a removal starts. */
  stored: Entry | undefined
  /** The result must not be older than this; 0: an older one may have replaced it on purpose. */
  least: number
  /** How many removals are running. */
  removals: number
  /** Stored and served results must not be older than this, set by the last finished deletion. */
  floor: number
  /** It was computed since the last `settle`. Calls of the same process join that, even if others delete it in the meantime. */
  isComputed: boolean
  /** How many puts are running. */
  puts: number
  /** Something since the last `settle` keeps a running computation from storing. */
  isDisturbed: boolean
}

const HASHES = new Map(IDS.map((id) => [sha256(canonical([{ id }])), id]))

export const PLACES: readonly Place[] = SUBJECTS.flatMap((subject) => IDS.map((id) => ({ subject, id })))

/** The hash of the call with this id, for every subject. */
export function hashOf(id: number): string {
  return sha256(canonical([{ id }]))
}

/** The expected state of all calls: which results must be stored, and which may be served. */
export class Ledger {
  readonly #store: StoreAdapter<'sync'>
  readonly #known = new Map<string, Known>()
  readonly #madeAt = new Map<number, number>()
  readonly #faults: string[] = []
  #made = 0
  /** Running transfers into the cache, and the count of all starts and ends: they restore deleted entries. */
  #transfers = { active: 0, all: 0 }
  /** Running transfers that may replace a newer result by an older one. */
  #olderWins = 0
  #isPruned = false

  /** @param store reads the cache's folder. */
  constructor(store: StoreAdapter<'sync'>) {
    this.#store = store
    for (const place of PLACES) {
      this.#known.set(nameOf(place), {
        stored: undefined,
        least: 0,
        removals: 0,
        floor: 0,
        isComputed: false,
        puts: 0,
        isDisturbed: false,
      })
    }
  }

  /** A new value that is being computed. */
  compute(place: Place): Made {
    this.#of(place).isComputed = true
    return this.make(place)
  }

  /** A new value. */
  make({ subject, id }: Place): Made {
    const made = ++this.#made
    this.#madeAt.set(made, Date.now())
    return { funcname: subject.funcname, id, made, filler: subject.filler(made) }
  }

  /** The age of a result starts when it is computed. */
  finish({ made }: Made): void {
    this.#madeAt.set(made, Date.now())
  }

  fault(message: string): void {
    this.#faults.push(message)
  }

  /** A result was acknowledged as stored. */
  wrote(place: Place): void {
    const known = this.#of(place)
    if (known.removals > 0) return
    known.stored = this.#entryOf(place)
    known.least = known.stored === undefined || this.#olderWins > 0 ? 0 : valueIn(place.subject, known.stored).made
  }

  /** A result was not stored, though the function had computed it. */
  skipped(place: Place, reason: string): void {
    if (!this.#of(place).isDisturbed) this.fault(`${nameOf(place)}: a result was not stored (${reason})`)
  }

  placeOf(subject: Subject, hash: string): Place {
    return { subject, id: HASHES.get(hash)! }
  }

  /** Notes that a put, a refresh or a deletion keeps running computations of these calls from storing. */
  disturb(places: readonly Place[]): void {
    for (const place of places) this.#of(place).isDisturbed = true
  }

  /**
   * A removal of all stored entries of these calls. Unless it returns `false`, no older result is stored or served
   * afterwards.
   */
  async removal(places: readonly Place[], act: () => unknown): Promise<void> {
    this.disturb(places)
    const least = this.#made + 1
    const { all } = this.#transfers
    // A put at the same time may come before or after.
    const floored = places.map((place) => this.#of(place)).filter(({ puts }) => puts === 0)
    for (const place of places) {
      const known = this.#of(place)
      known.stored = undefined
      known.least = 0
      known.removals++
    }
    let answer: unknown
    try {
      answer = await act()
    } finally {
      for (const place of places) this.#of(place).removals--
    }
    if (answer === false || all !== this.#transfers.all || this.#transfers.active > 0) return
    for (const known of floored) known.floor = Math.max(known.floor, least)
  }

  /** A value is put. */
  async put(place: Place, act: (value: Made) => unknown): Promise<void> {
    const known = this.#of(place)
    this.disturb([place])
    known.puts++
    await act(this.make(place))
    known.puts--
  }

  /** A transfer of entries into the cache. */
  async transfer(isOlderWinning: boolean, act: () => Promise<unknown>): Promise<void> {
    const mark = (step: number) => {
      this.#transfers.active += step
      this.#transfers.all++
      for (const known of this.#known.values()) known.floor = 0
      if (!isOlderWinning) return
      this.disturb(PLACES)
      this.#olderWins += step
      for (const known of this.#known.values()) known.least = 0
    }
    mark(1)
    try {
      await act()
    } finally {
      mark(-1)
    }
  }

  /** From now on, entries that may no longer be served may be gone. */
  prunes(): void {
    this.#isPruned = true
  }

  /** The entry was damaged on purpose. */
  lose(place: Place): void {
    Object.assign(this.#of(place), { stored: undefined, least: 0 })
  }

  /** Call it when a call starts, or a peek, which joins no computation. The returned function checks the served value. */
  beginCall(place: Place, mayJoin = true): (value: Made | undefined, mayBeOldFor: number) => void {
    const { floor, isComputed } = this.#of(place)
    const { all, active } = this.#transfers
    const began = Date.now()
    return (value, mayBeOldFor) => {
      if (value === undefined) return
      this.check(place, value)
      const isBroughtBack = active > 0 || all !== this.#transfers.all
      const isJoined = mayJoin && isComputed
      if (value.made < floor && !isBroughtBack && !isJoined) {
        this.fault(`${nameOf(place)}: served ${value.made}, deleted by ${floor}`)
      }
      const age = began - this.#madeAt.get(value.made)!
      if (age > mayBeOldFor) this.fault(`${nameOf(place)}: ${age} ms old, and at most ${mayBeOldFor} were asked for`)
    }
  }

  /** A value must be that of its own call. */
  check(place: Place, value: Made): void {
    if (value.id !== place.id || !isWhole(place.subject, value)) {
      this.fault(`${nameOf(place)}: a wrong value: ${value.funcname} ${value.id} ${value.made}`)
    }
  }

  /** Call it when nothing runs. Checks that stored results or newer ones are there, and that no deleted one is. */
  settle(): void {
    for (const place of PLACES) {
      const known = this.#of(place)
      known.isDisturbed = false
      known.isComputed = false
      const entry = this.#entryOf(place)
      const mayBeGone = this.#mayBeGone(known)
      if (entry === undefined) {
        if (!mayBeGone) this.fault(`${nameOf(place)}: lost`)
        known.least = 0
      } else {
        const value = valueIn(place.subject, entry)
        this.check(place, value)
        // An older result from a transfer may follow a pruned one.
        if (value.made < known.least && !mayBeGone) this.fault(`${nameOf(place)}: ${known.least} became ${value.made}`)
        if (value.made < known.floor) this.fault(`${nameOf(place)}: ${value.made} is stored, deleted by ${known.floor}`)
        known.least = value.made
      }
      known.stored = entry
    }
    expect(this.#faults).toEqual([])
  }

  #mayBeGone({ stored, least }: Known): boolean {
    return stored === undefined || (this.#isPruned && (least === 0 || isDead(stored, Date.now())))
  }

  #entryOf({ subject, id }: Place): Entry | undefined {
    return this.#store.open(subject.funcname).get(hashOf(id))
  }

  #of(place: Place): Known {
    return this.#known.get(nameOf(place))!
  }
}

/** Whether an entry may no longer be served, not even stale. */
export function isDead({ expiresAt, staleUntil = expiresAt }: Entry, now: number): boolean {
  return expiresAt !== undefined && Math.max(expiresAt, staleUntil!) <= now
}

function nameOf({ subject, id }: Place): string {
  return `${subject.funcname} ${id}`
}
