import type { Entry } from '@persist/store'
import { type DecodingFailure, decodeStored, isStoredAsIs } from '../call/decode-stored.ts'
import { isListed } from '../call/lookup.ts'
import { checkedListing, isEntry } from '../call/replies.ts'
import { reportProblem, reportStoreError } from '../call/store-guard.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { requireSync } from '../runtime/require-sync.ts'

/** The listings of an iterable cache: lazy, in no order, fresh results only. */
export function listings(context: Context) {
  const entries = context.adapter.mode === 'sync' ? () => syncPairs(context) : () => asyncPairs(context)
  return {
    entries,
    keys: () => project(entries(), ([key]) => key),
    values: () => project(entries(), ([, value]) => value),
    forEach: (visit: (value: unknown, key: unknown) => void) => visitAll(entries(), visit),
    [context.adapter.mode === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: entries,
  }
}

type Pair = [key: unknown, value: unknown]

function* syncPairs(context: Context): Generator<Pair> {
  try {
    for (const entry of checkedListing(context.store.entries()) as Iterable<unknown>) {
      if (isShown(context, entry) !== true) continue
      const pair = readPair(context, entry)
      if (pair !== undefined) yield pair
    }
  } catch (error) {
    reportStoreError(context, 'entries', error)
  }
}

async function* asyncPairs(context: Context): AsyncGenerator<Pair> {
  try {
    for await (const entry of checkedListing(context.store.entries()) as AsyncIterable<unknown>) {
      if (!(await isShown(context, entry))) continue
      const pair = readPair(context, entry)
      if (pair !== undefined) yield pair
    }
  } catch (error) {
    reportStoreError(context, 'entries', error)
  }
}

/** Whether an item of a listing is an entry that a call would serve. */
function isShown(context: Context, entry: unknown): boolean | Promise<boolean> {
  if (isEntry(entry)) return isListed(context, entry)
  reportStoreError(context, 'entries', new TypeError('the listing contains a value that is not an entry'))
  return false
}

/** The pair of an entry; `undefined` if it cannot be read, or was stored without its key. */
function readPair(context: Context, listed: unknown): Pair | undefined {
  const entry = listed as Entry
  try {
    const unpickled = (payload: Entry['payload']) => requireSync('unpickle', context.unpickle(payload))
    const { key, payload } = decoded(context, entry)
    if (key !== undefined) return [unpickled(key), unpickled(payload)]
    return context.unhash && [context.unhash(entry.hash), unpickled(payload)]
  } catch (error) {
    reportProblem(context, 'unpickle', entry.hash, asError(error))
    return undefined
  }
}

function decoded(context: Context, entry: Entry): Entry {
  if (isStoredAsIs(context, entry)) return entry
  const found = decodeStored(context, entry, false) as Entry | DecodingFailure
  if ('payload' in found) return found
  throw found.error
}

function project<T>(pairs: Generator<Pair> | AsyncGenerator<Pair>, pick: (pair: Pair) => T) {
  return Symbol.iterator in pairs ? projectSync(pairs, pick) : projectAsync(pairs, pick)
}

function* projectSync<T>(pairs: Generator<Pair>, pick: (pair: Pair) => T): Generator<T> {
  for (const pair of pairs) yield pick(pair)
}

async function* projectAsync<T>(pairs: AsyncGenerator<Pair>, pick: (pair: Pair) => T): AsyncGenerator<T> {
  for await (const pair of pairs) yield pick(pair)
}

function visitAll(
  pairs: Generator<Pair> | AsyncGenerator<Pair>,
  visit: (value: unknown, key: unknown) => void,
): void | Promise<void> {
  if (!(Symbol.iterator in pairs)) return visitAllAsync(pairs, visit)
  for (const [key, value] of pairs) visit(value, key)
}

async function visitAllAsync(
  pairs: AsyncGenerator<Pair>,
  visit: (value: unknown, key: unknown) => void,
): Promise<void> {
  for await (const [key, value] of pairs) visit(value, key)
}
