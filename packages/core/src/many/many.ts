import { OptionError } from '@persist/errors'
import { PLAIN } from '../call/call.ts'
import { getOrCompute } from '../call/get-or-compute.ts'
import { returnsPromises } from '../call/return-in-mode.ts'
import { perform, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { reasonOf, throwIfAborted } from '../runtime/signal.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { ManyOptions } from '../types/many.ts'
import { BATCH, Calls, type Outcome } from './calls.ts'
import { iterate } from './iterate.ts'
import { checkedItem, checkedOptions, notAList } from './options.ts'

/** The results of many calls in order: as an array for an array, as an async iteration for any other list. */
export function many(context: Context, self: unknown, list: unknown, uncheckedOptions?: unknown): unknown {
  if (context.streams) return iterations(context, self, list, checkedOptions(uncheckedOptions))
  if (!Array.isArray(list) && isIterable(list)) return iterate(context, self, list, checkedOptions(uncheckedOptions))
  return perform(context.isAsync || returnsPromises(context), () => manyOfArray(context, self, list, uncheckedOptions))
}

function* manyOfArray(context: Context, self: unknown, list: unknown, uncheckedOptions: unknown): Steps<unknown[]> {
  const options = checkedOptions(uncheckedOptions)
  if (!Array.isArray(list)) throw notAList(list)
  const calls = Array.from(list, checkedItem)
  const { concurrency = Number.POSITIVE_INFINITY, settle = false, signal } = options
  const window = concurrency === Number.POSITIVE_INFINITY ? concurrency : Math.max(concurrency, BATCH)
  const running = new Calls(context, self, options, calls.length)
  const started: (Outcome | Promise<Outcome>)[] = []
  for (let from = 0; from < calls.length; from += BATCH) {
    for (const start of yield* running.prepare(calls.slice(from, from + BATCH))) started.push(start())
    yield* running.waitForRoom(window)
  }
  const outcomes = started.some(isThenable) ? yield* wait(Promise.all(started)) : (started as Outcome[])
  // A function that is not declared async may return promises: then `many` returns one even if all calls are hits.
  if (running.promised) yield* wait(Promise.resolve())
  if (signal?.aborted && outcomes.some((one) => one.status === 'rejected' && one.reason === reasonOf(signal))) {
    throwIfAborted(signal)
  }
  return settle ? outcomes : outcomes.map(resultOf)
}

function resultOf(outcome: Outcome): unknown {
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** One iteration for each call, which starts with its first request for a chunk. */
function iterations(context: Context, self: unknown, list: unknown, options: ManyOptions): unknown[] {
  const { signal, ...others } = options
  const unsupported = Object.entries(others).find(([, value]) => value !== undefined)?.[0]
  if (unsupported !== undefined) {
    throw new OptionError(
      `many of the async generator ${context.namespace} has no option ${unsupported}: each iteration goes at the pace of its consumer`,
      { option: unsupported },
    )
  }
  if (!Array.isArray(list)) throw notAList(list)
  return Array.from(list, checkedItem).map((args) => getOrCompute(context, { self, args, ...PLAIN, signal }))
}

function isIterable(list: unknown): list is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof list === 'object' && list !== null && (Symbol.asyncIterator in list || Symbol.iterator in list)
}
