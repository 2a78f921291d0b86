import { appendFileSync } from 'node:fs'
import { type Entry, type StoreAdapter, schemeOf } from '@persist/store'
import { sameEntry } from '../entries/same-entry.ts'
import { ioRefusal } from '../errors/cli-error.ts'
import { oneLine } from '../output/output.ts'
import type { Session } from '../session/session.ts'
import { firstLine, isTooLong, lastLine, lineOf } from './export-format.ts'

/** What `persist verify` found at one place. */
export interface Finding {
  readonly funcname: string
  readonly hash: string | undefined
  /** `damaged`: the store cannot read it. `problem`: the store says something else, as that it is of a newer format. */
  readonly kind: 'damaged' | 'problem' | 'mismatch'
  readonly reason: string
  /** What is left of it. */
  readonly entry?: Entry
}

/** What became of a finding. `replaced`: another entry is there now, or none. */
export type Outcome = 'aside' | 'replaced' | 'stays'

/** Moves findings out of the way: what can be read goes into a file first. */
export async function putAside(session: Session, findings: readonly Finding[], file: string): Promise<Outcome[]> {
  const adapter = session.open('change')
  const quarantine = new QuarantineFile(file, firstLine(session.name(adapter), session.now()))
  const outcomes: Outcome[] = []
  for (const { funcname, hash, entry } of findings) {
    if (hash === undefined) outcomes.push('stays')
    else if (entry === undefined) outcomes.push(await removeDamaged(session, adapter, funcname, hash))
    else outcomes.push(await removeReadable(session, adapter, quarantine, funcname, entry))
  }
  if (quarantine.end()) session.output.note(`quarantine: ${oneLine(file)}; persist import brings it back`)
  return outcomes
}

/** Looks again first: others may have put a good entry there since it was found. */
async function removeReadable(
  { output }: Session,
  adapter: StoreAdapter,
  quarantine: QuarantineFile,
  funcname: string,
  entry: Entry,
): Promise<Outcome> {
  const store = adapter.open(funcname)
  const there = await store.get(entry.hash)
  if (there === undefined || !sameEntry(there, entry)) return 'replaced'
  try {
    quarantine.add(lineOf({ funcname, entry }))
  } catch (error) {
    if (!isTooLong(error)) throw error
    output.note(`${oneLine(funcname)} ${oneLine(entry.hash)} is too large for the quarantine file, and stays`)
    return 'stays'
  }
  return (await store.delete(entry.hash)) ? 'aside' : 'replaced'
}

/** A folder moves what is damaged aside when it is read; from other stores it has to be deleted, unreadable as it is. */
async function removeDamaged(
  session: Session,
  adapter: StoreAdapter,
  funcname: string,
  hash: string,
): Promise<Outcome> {
  if ((await stateOf(adapter, funcname, hash)) === 'sound') return 'replaced'
  const state = await stateOf(adapter, funcname, hash)
  if (state === 'absent') return 'aside'
  if (state === 'sound') return 'replaced'
  if (schemeOf(session.url) === 'file') return 'stays'
  return (await adapter.open(funcname).delete(hash)) ? 'aside' : 'replaced'
}

async function stateOf(adapter: StoreAdapter, funcname: string, hash: string): Promise<'sound' | 'damaged' | 'absent'> {
  let isDamaged = false
  const report = () => {
    isDamaged = true
  }
  const entry = await adapter.open(funcname, { report }).get(hash)
  if (entry !== undefined) return 'sound'
  return isDamaged ? 'damaged' : 'absent'
}

/** An exported file, made when there is something to put into it. */
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

  /** `false`: nothing was put aside. */
  end(): boolean {
    if (this.#lines > 0) this.#append(lastLine(this.#lines))
    return this.#lines > 0
  }

  #append(line: string): void {
    try {
      appendFileSync(this.#file, `${line}\n`)
    } catch (error) {
      throw ioRefusal(`the quarantine ${oneLine(this.#file)} cannot be written`, error)
    }
  }
}
