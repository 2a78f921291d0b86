import { basename } from 'node:path'
import { StoreError } from '@persist/errors'
import { ENTRY_SUFFIX } from '../folder/layout.ts'
import { decodeEntry, type Unreadable } from '../format/entry-codec.ts'
import { scratchName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { EntryRemoval } from './entry-removal.ts'
import { readFile } from './read-file.ts'
import { moveOut } from './removal.ts'

/** How many damaged files are remembered as reported. */
const MOST_REPORTED = 1000

/** What happens to an entry that cannot be read: reported once, and moved away, so that it is not met again. */
export class Quarantine {
  readonly #options: ResolvedOptions
  readonly #namespace: string
  readonly #removal: EntryRemoval
  readonly #report: (problem: StoreError) => void
  readonly #reported = new Set<string>()

  constructor(
    options: ResolvedOptions,
    namespace: string,
    removal: EntryRemoval,
    report: (problem: StoreError) => void,
  ) {
    this.#options = options
    this.#removal = removal
    this.#namespace = namespace
    this.#report = report
  }

  /** An entry could not be read. */
  add(path: string, why: Unreadable): void {
    if (why === 'seal') this.#reportOnce('seal', path, 'is sealed in another way: is the `secret` the same?')
    else if (this.#moveAside(path)) this.#reportOnce(path, path, 'is damaged; it counts as missing')
  }

  /** `false`: it was not there any more, or a good entry had come in its place. */
  #moveAside(path: string): boolean {
    const options = this.#options
    try {
      const aside = this.#removal.takeAside(path)
      if (aside === undefined) return false
      const file = readFile(options.fs, aside)
      if (
        file === undefined ||
        file === 'odd' ||
        typeof decodeEntry(file.buffer, file.length, options.integrity) === 'string'
      ) {
        moveOut(options, aside, options.layout.quarantine, scratchName())
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
    const facts = { store: this.#options.dir, operation: 'get', namespace: this.#namespace }
    const hash = basename(path, ENTRY_SUFFIX)
    this.#report(new StoreError('ERR_PERSIST_ENTRY_DAMAGED', `the entry ${path} ${reason}`, { ...facts, hash }))
  }
}
