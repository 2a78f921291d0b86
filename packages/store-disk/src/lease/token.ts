import { randomBytes } from 'node:crypto'
import { type Holder, thisHolder } from '@persist/store/holder'
import type { FileStat } from '../files/file-system-calls.ts'

/**
 * `set`: an entry that is being written. `aside`: an entry that is on its way out, and goes back if it has changed.
 * `delete`: the entry is being deleted, so that nothing goes back.
 */
export type TokenKind = 'lease' | 'set' | 'aside' | 'delete'

/**
 * A file that becomes the entry by one rename. Its name is unique and says everything, as in
 * `3f0c9a1b2c4d-2_to_the_power_of_4-lease30000-7c1de0a2b3f4-4242-4242-918273-k3x9q2.1`: namespace, entry, what it is
 * for, and whose it is. What comes before the last dot ends in the mark of the folder.
 */
export interface Token {
  readonly name: string
  /** Whose it is: namespace and entry. */
  readonly target: string
  readonly kind: TokenKind
  /** Of a lease: how long it holds without a sign of life, in milliseconds. */
  readonly leaseMs: number | undefined
  readonly holder: Holder
  /** The {@link folderMark} of the folder in which it was made; `undefined` where that was not known. */
  readonly folder: string | undefined
}

const NAME =
  /^([0-9a-f]{12}-[A-Za-z0-9_~-]{1,64})-(?:(set|aside|delete)|lease(\d{1,12}))-([0-9a-f]{12})-(\d{1,10})-(w?\d{1,10})-(\d{1,20})-([0-9a-z]+)\.[0-9a-z]+$/
/** Of 48 bits in base 36. Earlier versions left out zeros at the start, and made no mark. */
const RANDOM_LENGTH = 10
const MARK_LENGTH = 6

let ending: string | undefined
let count = 0

/** A new name for a token of this thread; a number is a lease's time in milliseconds. */
export function tokenName(target: string, what: number | Exclude<TokenKind, 'lease'> = 'set', folder = ''): string {
  return `${target}-${typeof what === 'number' ? `lease${what}` : what}-${uniqueName(folder)}`
}

/** Distinguishes a folder from its copies, by the number that the file system gives it. */
export function folderMark({ ino }: Pick<FileStat, 'ino'>): string {
  return ino
    .toString(36)
    .replace(/[^0-9a-z]/g, '')
    .slice(-MARK_LENGTH)
    .padStart(MARK_LENGTH, '0')
}

/** A name for a file that is no entry's, under which it is swept like a token if we die. */
export function scratchName(): string {
  return tokenName('000000000000-scratch')
}

/** A name that no other thread gives, which says whose it is. */
export function uniqueName(mark = ''): string {
  ending ??= holderName()
  return `${ending}${mark}.${(count++).toString(36)}`
}

/** What a name says; `undefined` for a file that is no token. */
export function readToken(name: string): Token | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  const [, target, kind, ms, host, pid, thread, start, random] = match
  return {
    name,
    target: target!,
    kind: (kind as TokenKind | undefined) ?? 'lease',
    leaseMs: ms === undefined ? undefined : Number(ms),
    holder: { host: host!, pid: Number(pid), thread: thread!, start: start! },
    folder: random!.length === RANDOM_LENGTH + MARK_LENGTH ? random!.slice(RANDOM_LENGTH) : undefined,
  }
}

function holderName(): string {
  const { host, pid, thread, start } = thisHolder()
  // Unique beyond the holder, for hosts that cannot distinguish their threads or processes.
  const random = randomBytes(6).readUIntBE(0, 6).toString(36).padStart(RANDOM_LENGTH, '0')
  return `${host}-${pid}-${thread}-${start}-${random}`
}
