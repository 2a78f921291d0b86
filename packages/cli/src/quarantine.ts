import { appendFileSync } from 'node:fs'
import { type Entry, type StoreAdapter, schemeOf } from '@persist/store'
import { ioError } from './exit.ts'
import { oneLine } from './output.ts'
import type { Session } from './session.ts'
import { firstLine, isTooLong, lastLine, lineOf } from './transfer/lines.ts'
import { sameEntry } from './transfer/same-entry.ts'

/** A finding of `persist verify`. */
export interface Finding {
  readonly funcname: string
  readonly hash: string | undefined
  /** `damaged`: the store cannot read it. `problem`: the store reports another error, such as a newer format. */
  readonly kind: 'damaged' | 'problem' | 'mismatch'
  readonly reason: string
  /** The entry, if it can be read. */
  readonly entry?: Entry
}

/** The result for a finding. `replaced`: there is another entry now, or none. */
export type Outcome = 'quarantined' | 'replaced' | 'kept'

/** Puts findings in quarantine. Entries that can be read go into a file first. */
export async function quarantineFindings(
  session: Session,
  findings: readonly Finding[],
  file: string,
): Promise<Outcome[]> {
  const adapter = session.open('change')
  const quarantine = new QuarantineFile(file, firstLine(session.name(adapter), session.now()))
  const outcomes: Outcome[] = []
  for (const { funcname, hash, entry } of findings) {
    if (hash === undefined) outcomes.push('kept')
    else if (entry === undefined) outcomes.push(await removeDamaged(session, adapter, funcname, hash))
    else outcomes.push(await removeReadable(session, adapter, quarantine, funcname, entry))
  }
  if (quarantine.end()) session.output.note(`quarantine: ${oneLine(file)}; persist import brings it back`)
  return outcomes
}

/** Reads the entry again first: another process may have replaced it. */
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
    output.note(`${oneLine(funcname)} ${oneLine(entry.hash)} is too large for the quarantine file, so it stays`)
    return 'kept'
  }
  return (await store.delete(entry.hash)) ? 'quarantined' : 'replaced'
}

/** A folder moves a damaged entry aside when it is read. In other stores, this deletes it. */
async function removeDamaged(
  session: Session,
  adapter: StoreAdapter,
  funcname: string,
  hash: string,
): Promise<Outcome> {
  if ((await stateOf(adapter, funcname, hash)) === 'sound') return 'replaced'
  const state = await stateOf(adapter, funcname, hash)
  if (state === 'absent') return 'quarantined'
  if (state === 'sound') return 'replaced'
  if (schemeOf(session.url) === 'file') return 'kept'
  return (await adapter.open(funcname).delete(hash)) ? 'quarantined' : 'replaced'
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

/** A file in the format of `persist export`, made with its first line. */
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

  /** Writes the last line. Returns `false` if there is no file. */
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
