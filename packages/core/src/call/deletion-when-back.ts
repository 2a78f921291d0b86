import { StoreError } from '@persist/errors'
import type { Head } from '@persist/store'
import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { beginChange, type Change } from './change-order.ts'
import { deleteIf, deleteOld } from './deletions.ts'
import { fenced, type Target } from './fenced-change.ts'
import { beganAt } from './freshness.ts'
import { lookAtStore, reportProblem } from './store-guard.ts'
import { deletionNameOf } from './unsaved-changes.ts'
import { quietly } from './when-back.ts'

/**
 * Deletes something from the store. If that is unavailable, or busy, what was there is deleted when it is back, before the results of the
 * outage are stored: otherwise old results would be served again.
 */
export function* deleted<T>(context: Context, target: Target, act: () => Steps<T>): Steps<T> {
  const { circuit, runtime } = context
  lookAtStore(context)
  const askedAt = runtime.now()
  return yield* fenced(context, target, function* () {
    const wasAway = circuit.watch()
    const reply = yield* act()
    // An outage may be over before the last of many entries.
    if (wasAway()) yield* deleteWhenBack(context, target, askedAt)
    return reply
  })
}

/** Reported apart from the deletions that fail, which are made later. */
const GIVE_UP = 'give up a deletion'
/** A machine whose clock was ahead wrote an entry from a later time, of which it is unknown whether it came later. */
const CLOCK_TOLERANCE_MS = 1_000
/** So many times in a row it is made again at once, since there was an outage meanwhile. */
const MOST_PASSES = 3

/**
 * Deletes what was there at a time: at once, or when the store is back. It fences nothing: runs that began after that time may
 * store. Calls that begin when the store is back wait for it.
 */
export function deleteWhenBack(context: Context, target: Target, askedAt: number): Steps<void> {
  return lateDeletion(context, target, askedAt).make()
}

/** Like {@link deleteWhenBack}, but never at once. */
export function postponeDeletion(context: Context, target: Target, askedAt: number): void {
  lateDeletion(context, target, askedAt).keep()
}

interface LateDeletion {
  readonly make: () => Steps<void>
  readonly keep: () => void
}

function lateDeletion(context: Context, { cacheKey, tag }: Target, askedAt: number): LateDeletion {
  const { circuit, reporter, runtime } = context
  const hash = cacheKey?.hash
  const name = deletionNameOf(context, hash, tag)
  const wasThere = (head: Head) =>
    (beganAt(head) <= askedAt || head.createdAt > runtime.now() + CLOCK_TOLERANCE_MS) &&
    (tag === undefined || head.tags?.includes(tag) === true)
  let change: Change | undefined
  function* deleteNow(): Steps<void> {
    const { before, end } = change!
    try {
      if (before !== undefined) yield* wait(before)
      yield* make()
    } finally {
      end()
    }
  }
  function* make(): Steps<void> {
    for (let pass = 0; pass < MOST_PASSES && circuit.error === undefined; pass++) {
      const wasAway = circuit.watch()
      const entries = yield* hash === undefined ? deleteOld(context, tag, wasThere) : deleteIf(context, hash, wasThere)
      if (hash === undefined) reporter.report('clear', { entries })
      else if (entries > 0) reporter.report('delete', { hash })
      if (!wasAway()) return
    }
    keep()
  }
  const keep = () => {
    circuit.unsaved.keepDeletion(name, {
      askedAt,
      deletes: wasThere,
      begin() {
        change = beginChange(context, hash)
      },
      store: () => quietly(() => run(deleteNow())),
      drop() {
        const facts = { store: context.adapter.name, operation: GIVE_UP, namespace: context.namespace }
        const message = `a deletion is given up, since ${context.adapter.name} is unavailable`
        reportProblem(context, GIVE_UP, hash, new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', message, facts))
      },
    })
    circuit.retryLater(context)
  }
  return { make, keep }
}
