import type { Head } from '@persist/store'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { checkedListing, isHead } from './replies.ts'
import { reportStoreError } from './store-guard.ts'
import { quietly } from './when-back.ts'

/** Visits each head of a listing, sync or async, until `visit` returns `false`. */
export function* eachHead(context: Context, visit: (head: Head) => Steps<unknown>): Steps<void> {
  let heads: Iterator<unknown> | AsyncIterator<unknown> | undefined
  try {
    for (;;) {
      let next: IteratorResult<unknown>
      try {
        heads ??= iteratorOf(checkedListing(context.store.heads()))
        next = yield* wait<IteratorResult<unknown>>(heads.next())
      } catch (error) {
        reportStoreError(context, 'heads', error)
        return
      }
      if (next.done) return
      if (isHead(next.value)) {
        if ((yield* visit(next.value)) === false) return
      } else
        reportStoreError(
          context,
          'heads',
          new TypeError('the listing contains a value that is not the head of an entry'),
        )
    }
  } finally {
    // A listing that has ended ignores it.
    quietly(() => heads?.return?.())
  }
}

function iteratorOf<T>(listing: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.iterator in listing ? listing[Symbol.iterator]() : listing[Symbol.asyncIterator]()
}
