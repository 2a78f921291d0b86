import { basename } from 'node:path'
import { StoreError } from '@persist/errors'
import { type EntryFacts, entryDamaged } from '@persist/store/kit'
import { hashIn } from '../folder/entry-name.ts'
import { decodeEntry, type Unreadable } from '../format/entry-codec.ts'
import { scratchName, uniqueName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { EntryRemoval } from './entry-removal.ts'
import { mayBeForeign } from './own-entry.ts'
import { readFile } from './read-file.ts'
import { moveOut } from './removal.ts'

/** How many damaged files are remembered as reported. */
const MOST_REPORTED = 1000

/** Reports each entry that cannot be read once, and moves it away, so that it is not read again. */
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

  /** Reports an entry that cannot be read. A damaged one is moved away; one with another signature stays. */
  add(path: string, why: Unreadable): void {
    const facts = { store: this.#options.dir, namespace: this.#namespace, hash: hashIn(basename(path)) }
    if (why === 'signature') this.#reportOnce(why, entryOfOtherSignature(facts, path))
    else if (this.#moveAside(path)) this.#reportOnce(path, entryDamaged(facts, path))
  }

  /** `false`: the file was gone, or a good entry had taken its place. */
  #moveAside(path: string): boolean {
    const options = this.#options
    try {
      // In one step, so that it is nowhere else if that fails. Without a token's name it is never deleted.
      if (mayBeForeign(options, path)) {
        const kept = moveOut(options, path, options.layout.quarantine, `foreign-${uniqueName()}`)
        return kept !== undefined && !this.#putBackEntry(kept, path)
      }
      const aside = this.#removal.takeAside(path)
      return aside !== undefined && this.#keepAside(aside, path)
    } catch {
      // The folder cannot be written: the entry stays, and is reported once.
      return true
    }
  }

  /** What cannot be kept goes back: a token that stayed would look like a lease of this process. `false`: it is a good entry. */
  #keepAside(aside: string, path: string): boolean {
    try {
      if (this.#putBackEntry(aside, path)) return false
      moveOut(this.#options, aside, this.#options.layout.quarantine, scratchName())
    } catch {
      this.#removal.putBack(aside, path)
    }
    return true
  }

  /** Puts a good entry back that had taken the place of the damaged one. `false`: it is none. */
  #putBackEntry(aside: string, path: string): boolean {
    const file = readFile(this.#options.fs, aside)
    if (file === undefined || file === 'odd') return false
    if (typeof decodeEntry(file.buffer, file.length, this.#options.integrity) === 'string') return false
    this.#removal.putBack(aside, path)
    return true
  }

  #reportOnce(what: string, problem: StoreError): void {
    if (this.#reported.has(what)) return
    if (this.#reported.size >= MOST_REPORTED) this.#reported.clear()
    this.#reported.add(what)
    this.#report(problem)
  }
}

function entryOfOtherSignature(facts: EntryFacts, path: string): StoreError {
  const message = `the entry ${path} is sealed in another way: is the \`secret\` the same?`
  return new StoreError('ERR_PERSIST_ENTRY_SIGNATURE', message, { ...facts, operation: 'get' })
}
