import { appendFileSync } from 'node:fs'
import { type Entry, type Store, type StoreAdapter, schemeOf } from '@persist/store'
import { sameEntry } from '../entries/same-entry.ts'
import { ioError } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import type { Session } from '../session/session.ts'
import { leaseMsOf, takeLease } from '../stores/take-lease.ts'
import { firstLine, isTooLong, lastLine, lineOf } from './export-format.ts'

/** A problem that `persist verify` found. */
export interface Finding {
  readonly funcname: string
  readonly hash: string | undefined
  /** `damaged`: the store cannot read it. `problem`: the store reported another problem, such as a newer format. */
  readonly kind: 'damaged' | 'problem' | 'mismatch'
  readonly reason: string
  /** Absent: the entry cannot be read. */
  readonly entry?: Entry
}

/** The outcome for a finding. `replaced`: the store now has another entry, or none. */
export type Outcome = 'moved' | 'replaced' | 'stayed'

/** Removes the entries of findings from the store. Readable entries are first written to a file. */
export async function quarantineEntries(
  session: Session,
  findings: readonly Finding[],
  file: string,
): Promise<Outcome[]> {
  const adapter = session.open('change')
  const quarantine = new QuarantineFile(file, firstLine(session.name(adapter), session.now()))
  const outcomes: Outcome[] = []
  for (const { funcname, hash, entry } of findings) {
    if (hash === undefined) outcomes.push('stayed')
    else if (entry === undefined) outcomes.push(await removeDamaged(session, adapter, funcname, hash))
    else outcomes.push(await removeReadable(session, adapter, quarantine, funcname, entry))
  }
  if (quarantine.end()) session.output.note(`quarantine: ${oneLine(file)}; restore with persist import`)
  return outcomes
}

/** Reads the entry again first: it may have been replaced by a good one since it was found. */
async function removeReadable(
  { output }: Session,
  adapter: StoreAdapter,
  quarantine: QuarantineFile,
  funcname: string,
  entry: Entry,
): Promise<Outcome> {
  const store = adapter.open(funcname)
  const name = `${oneLine(funcname)} ${oneLine(entry.hash)}`
  return removeUnderLease(adapter, store, entry.hash, {
    busy: () => output.note(`${name} is being computed at this moment, so it was left in the store`),
    refuse: async () => {
      const there = await store.get(entry.hash)
      if (there === undefined || !sameEntry(there, entry)) return 'replaced'
      try {
        quarantine.add(lineOf({ funcname, entry }))
      } catch (error) {
        if (!isTooLong(error)) throw error
        output.note(`${name} is too large for the quarantine file, so it was left in the store`)
        return 'stayed'
      }
      return undefined
    },
  })
}

/** A folder moves a damaged entry away when it is read. In other stores the entry has to be deleted. */
async function removeDamaged(
  session: Session,
  adapter: StoreAdapter,
  funcname: string,
  hash: string,
): Promise<Outcome> {
  if (!isUsable(adapter, hash)) {
    session.output.note(
      `${oneLine(funcname)} ${oneLine(hash)} has a name that no entry can have, so it was left in the store`,
    )
    return 'stayed'
  }
  if ((await stateOf(adapter, funcname, hash)) === 'good') return 'replaced'
  const state = await stateOf(adapter, funcname, hash)
  if (state === 'absent') return 'moved'
  if (state === 'good') return 'replaced'
  if (schemeOf(session.url) === 'file') return 'stayed'
  return removeUnderLease(adapter, adapter.open(funcname), hash, {
    busy: () =>
      session.output.note(
        `${oneLine(funcname)} ${oneLine(hash)} is being computed at this moment, so it was left in the store`,
      ),
    refuse: async () => ((await stateOf(adapter, funcname, hash)) === 'damaged' ? undefined : 'replaced'),
  })
}

/** A file that was renamed may be damaged under a name that the store refuses for its own entries. */
function isUsable(adapter: StoreAdapter, hash: string): boolean {
  try {
    adapter.checkHash?.(hash)
    return true
  } catch {
    return false
  }
}

interface Removal {
  /** Called if the entry is being computed. */
  readonly busy: () => void
  /** A last check: the reason to leave the entry. */
  readonly refuse: () => Promise<Outcome | undefined>
}

/**
 * Deletes an entry while holding its lease. Without the lease, a running computation could lose its result.
 */
async function removeUnderLease(
  adapter: StoreAdapter,
  store: Store,
  hash: string,
  { busy, refuse }: Removal,
): Promise<Outcome> {
  const lease = adapter.supports.lease ? await takeLease(adapter, store, hash) : undefined
  if (adapter.supports.lease && lease === undefined) {
    busy()
    return 'stayed'
  }
  let isOver = false
  try {
    const refusal = await refuse()
    if (refusal !== undefined) return refusal
    // A write by another process ends the lease.
    if (lease !== undefined && !(await lease.renew(leaseMsOf(adapter)))) return 'replaced'
    const isDeleted = await store.delete(hash)
    isOver = true
    return isDeleted ? 'moved' : 'replaced'
  } finally {
    if (!isOver) await lease?.release()
  }
}

async function stateOf(adapter: StoreAdapter, funcname: string, hash: string): Promise<'good' | 'damaged' | 'absent'> {
  let isDamaged = false
  const report = () => {
    isDamaged = true
  }
  const entry = await adapter.open(funcname, { report }).get(hash)
  if (entry !== undefined) return 'good'
  return isDamaged ? 'damaged' : 'absent'
}

/** An exported file, created with the first entry. */
class QuarantineFile {
  readonly #file: string
  readonly #first: string
  #lines = 0

  constructor(file: string, first: string) {
    this.#file = file
    this.#first = first
  }

  add(line: string): void {
    if (this.#lines === 0) this.#append(this.#first)
    this.#append(line)
    this.#lines++
  }

  /** `false`: no entry was added, and there is no file. */
  end(): boolean {
    if (this.#lines > 0) this.#append(lastLine(this.#lines))
    return this.#lines > 0
  }

  #append(line: string): void {
    try {
      appendFileSync(this.#file, `${line}\n`)
    } catch (error) {
      throw ioError(`the quarantine ${oneLine(this.#file)} cannot be written`, error)
    }
  }
}
