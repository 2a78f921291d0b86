import type { Entry } from '@persist/store'
import { type Flight, isFenced } from '../concurrency/flight.ts'
import { nextNumber } from '../concurrency/flights.ts'
import { done, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { ArgumentSnapshot } from './arguments.ts'
import { type CacheKey, checkUnhash } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { createEntry, pickleKey } from './create-entry.ts'
import { deleteWhenBack } from './deletion-when-back.ts'
import { encodeStored } from './encode-stored.ts'
import { fenced } from './fenced-change.ts'
import { keepUnsaved } from './keep-unsaved.ts'
import { publish, tagMark } from './publish.ts'
import { returnsPromises } from './return-in-mode.ts'
import { reportWrite } from './serve.ts'
import { callStore, lookAtStore } from './store-guard.ts'

/** Stores a result without computing. A running computation of the same key does not overwrite it. */
export function* put(context: Context, cacheKey: CacheKey, value: unknown, snapshot: ArgumentSnapshot): Steps<void> {
  checkUnhash(context, cacheKey)
  lookAtStore(context)
  const { adapter, circuit, flights, memory } = context
  const { canonicalKey, hash } = cacheKey
  const promised = context.declaredAsync || returnsPromises(context)
  const entry = createEntry(context, cacheKey, {
    value,
    snapshot,
    promised,
    pickledKey: pickleKey(context, cacheKey),
    inputs: context.traceRoot === undefined ? undefined : [],
  })
  // It stands for a run that has ended: later changes fence it.
  let flight: Flight | undefined
  const onFenced = () => {
    flight = flights.standIn({ canonicalKey, began: nextNumber(), oldestAccepted: entry?.createdAt })
  }
  let isLost = false
  const change = function* (): Steps<void> {
    const encoded = entry && (yield* encodeStored(context, entry, adapter.mode === 'async'))
    if (encoded === undefined) return
    const mark = memory?.mark() ?? 0
    const wasAway = circuit.watch()
    if (yield* wait(callStore(context, 'set', hash, () => done(context.store.set(encoded)), false))) {
      reportWrite(context, encoded)
      return
    }
    isLost = memory?.hasChanged(canonicalKey, mark) === false
    if (wasAway()) yield* whenBack({ context, cacheKey, flight: flight! }, entry!, value)
  }
  try {
    yield* fenced(context, { cacheKey }, change, onFenced)
  } finally {
    if (flight !== undefined) flights.end(flight)
  }
  // If the store failed, only memory can hold the result. A later change has priority.
  if (isLost && !isFenced(flight!, entry!.tags)) memory!.hold(canonicalKey, entry!, value)
}

/** Deletes what it replaces, and stores it, when the store is back. If the store got it and the reply was lost, it stays. */
function* whenBack(run: Omit<Computation, 'call'>, entry: Entry, value: unknown): Steps<void> {
  const { context, cacheKey, flight } = run
  yield* deleteWhenBack(context, { cacheKey }, entry.createdAt - 1)
  if (isFenced(flight, entry.tags)) return
  const succession = { flight, lease: undefined }
  const acquired = { kind: 'acquired', lease: undefined } as const
  // If the store is only busy, it is known from now on which tags are deleted.
  const mark = yield* tagMark(context, cacheKey)
  keepUnsaved(run, { acquired, succession, mark, entry, value, isPut: true }, publish)
}
