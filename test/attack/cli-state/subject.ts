import { createPersist, type PersistEvent, type StoreAdapter } from '@persist/core'
import { unpickle as stringUnpickle } from '@persist/pickle'
import { pickle as bytesPickle, unpickle as bytesUnpickle } from '@persist/pickle/v8'
import type { Entry } from '@persist/store'

/** A value with its function, its id and its number among all values. */
export interface Made {
  readonly funcname: string
  readonly id: number
  readonly made: number
  readonly filler: string | Uint8Array
}

/** A function under test, with its ttl and stale windows. */
export interface Subject {
  readonly funcname: string
  readonly ttl?: number
  readonly staleWhileRevalidate?: number
  readonly staleIfError?: number
  readonly filler: (made: number) => string | Uint8Array
  readonly isBinary?: boolean
}

/** Small values that expire and have stale windows; large strings that never expire; large bytes that expire after a second. */
export const SUBJECTS: readonly Subject[] = [
  {
    funcname: 'plain',
    ttl: 1_000,
    staleWhileRevalidate: 1_000,
    staleIfError: 5_000,
    filler: (made) => `small ${made}`,
  },
  { funcname: 'a/b: large ü', filler: (made) => `${made} \u2028"\\\n`.repeat(30_000) },
  { funcname: 'bytes', ttl: 1_000, filler: (made) => new Uint8Array(200_000).fill(made), isBinary: true },
]
export const IDS = [1, 2, 3] as const

/** The message of a planned failure. */
export const PLANNED = 'planned failure'

export function tagOf(id: number): string {
  return `id:${id}`
}

/** The value in an entry. */
export function valueIn({ isBinary }: Subject, { payload }: Pick<Entry, 'payload'>): Made {
  return (isBinary ? bytesUnpickle(payload as Uint8Array) : stringUnpickle(payload as string)) as Made
}

/** Whether a value is complete and of its own call. */
export function isWhole({ funcname, filler }: Subject, value: Made): boolean {
  const expected = filler(value.made)
  if (value.funcname !== funcname) return false
  if (typeof expected === 'string') return value.filler === expected
  return value.filler instanceof Uint8Array && Buffer.compare(value.filler, expected) === 0
}

/** The persisted functions of one process over a cache, in the order of {@link SUBJECTS}. */
export function persistSubjects(
  cache: StoreAdapter,
  run: (subject: Subject, id: number) => Promise<Made>,
  hooks: {
    readonly report?: (subject: Subject, event: PersistEvent) => void
    readonly waitUntil?: (refresh: Promise<unknown>) => void
  } = {},
) {
  const persist = createPersist({ env: {}, stderr: () => {} })
  return SUBJECTS.map((subject) => {
    const { funcname, ttl, staleIfError, staleWhileRevalidate, isBinary } = subject
    return persist(async (argument: { readonly id: number }) => run(subject, argument.id), {
      funcname,
      cache,
      ttl,
      staleIfError,
      staleWhileRevalidate,
      storekey: !isBinary,
      version: '7',
      metadata: () => `made for ${funcname}`,
      tags: (_result, { id }) => [tagOf(id), 'all'],
      verbosity: 0,
      report: (event) => hooks.report?.(subject, event),
      waitUntil: hooks.waitUntil,
      ...(isBinary && { pickle: bytesPickle, unpickle: bytesUnpickle as (payload: Uint8Array) => Made }),
    })
  })
}
