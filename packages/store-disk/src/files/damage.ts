import { basename } from 'node:path'
import { StoreError } from '@persist/errors'
import { ENTRY_SUFFIX } from '../folder/layout.ts'
import { decodeEntry, type Unreadable } from '../format/entry-format.ts'
import { scratchName } from '../lease/token.ts'
import type { Plan } from '../plan.ts'
import type { EntryRemoval } from './entry-removal.ts'
import { readFile } from './read-file.ts'
import { moveOut } from './removal.ts'

/** How many damaged files are remembered as reported. */
const MOST_REPORTED = 1000

/** What happens to an entry that cannot be read: reported once, and moved away, so that it is not met again. */
export class Damage {
  readonly #plan: Plan
  readonly #namespace: string
  readonly #removal: EntryRemoval
  readonly #report: (problem: StoreError) => void
  readonly #reported = new Set<string>()

  constructor(plan: Plan, namespace: string, removal: EntryRemoval, report: (problem: StoreError) => void) {
    this.#plan = plan
    this.#removal = removal
    this.#namespace = namespace
    this.#report = report
  }

  /** An entry could not be read. */
  met(path: string, why: Unreadable): void {
    if (why === 'seal') this.#reportOnce('seal', path, 'is sealed in another way: is the `secret` the same?')
    else if (this.#moveAside(path)) this.#reportOnce(path, path, 'is damaged; it counts as missing')
  }

  /** `false`: it was not there any more, or a good entry had come in its place. */
  #moveAside(path: string): boolean {
    const plan = this.#plan
    try {
      const aside = this.#removal.takeAside(path)
      if (aside === undefined) return false
      const file = readFile(plan.fs, aside)
      if (
        file === undefined ||
        file === 'odd' ||
        typeof decodeEntry(file.buffer, file.length, plan.seal) === 'string'
      ) {
        moveOut(plan, aside, plan.layout.damaged, scratchName())
        return true
      }
      this.#removal.putBack(aside, path)
      return false
    } catch {
      // A folder that cannot be written: it stays, and is reported once.
      return true
    }
  }

  #reportOnce(what: string, path: string, reason: string): void {
    if (this.#reported.has(what)) return
    if (this.#reported.size >= MOST_REPORTED) this.#reported.clear()
    this.#reported.add(what)
    const facts = { store: this.#plan.dir, operation: 'get', namespace: this.#namespace }
    const hash = basename(path, ENTRY_SUFFIX)
    this.#report(new StoreError('ERR_PERSIST_ENTRY_DAMAGED', `the entry ${path} ${reason}`, { ...facts, hash }))
  }
}
