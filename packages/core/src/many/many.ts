import { OptionError } from '@persist/errors'
import { PLAIN } from '../call/call.ts'
import { getOrCompute } from '../call/get-or-compute.ts'
import { returnsPromises } from '../call/return-in-mode.ts'
import { perform, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { ManyOptions } from '../types/many.ts'
import { BATCH, Calls, type Outcome } from './calls.ts'
import { iterate } from './iterate.ts'
import { checkedItem, checkedOptions, notAList } from './options.ts'

/** The results of many calls, in order: of an array as an array, of any other list as an iteration. */
export function many(context: Context, self: unknown, list: unknown, given?: unknown): unknown {
  if (context.streams) return streams(context, self, list, checkedOptions(given))
  if (!Array.isArray(list) && isIterable(list)) return iterate(context, self, list, checkedOptions(given))
  return perform(context.isAsync || returnsPromises(context), () => ofArray(context, self, list, given))
}

function* ofArray(context: Context, self: unknown, list: unknown, given: unknown): Steps<unknown[]> {
  const options = checkedOptions(given)
  if (!Array.isArray(list)) throw notAList(list)
  const calls = Array.from(list, checkedItem)
  const { concurrency = Number.POSITIVE_INFINITY, settle = false, signal } = options
  const window = concurrency === Number.POSITIVE_INFINITY ? concurrency : Math.max(concurrency, BATCH)
  const running = new Calls(context, self, options, calls.length)
  const begun: (Outcome | Promise<Outcome>)[] = []
  for (let from = 0; from < calls.length; from += BATCH) {
    for (const begin of yield* running.prepare(calls.slice(from, from + BATCH))) begun.push(begin())
    yield* running.room(window)
  }
  const outcomes = begun.some(isThenable) ? yield* wait(Promise.all(begun)) : (begun as Outcome[])
  // Of a function that is not declared async, its answers tell. All hits are no reason to answer at once.
  if (running.promised) yield* wait(Promise.resolve())
  if (outcomes.some((one) => one.status === 'rejected' && one.reason === signal?.reason)) signal?.throwIfAborted()
  return settle ? outcomes : outcomes.map(resultOf)
}

function resultOf(outcome: Outcome): unknown {
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** One iteration for each call, which begins when it is consumed. */
function streams(context: Context, self: unknown, list: unknown, options: ManyOptions): unknown[] {
  const other = (['concurrency', 'settle', 'onProgress'] as const).find((name) => options[name] !== undefined)
  if (other !== undefined) {
    throw new OptionError(
      `many of the async generator ${context.namespace} has no option ${other}: each iteration goes at the pace of its consumer`,
      { option: other },
    )
  }
  if (!Array.isArray(list)) throw notAList(list)
  const { signal } = options
  return Array.from(list, checkedItem).map((args) => getOrCompute(context, { self, args, ...PLAIN, signal }))
}

function isIterable(list: unknown): list is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof list === 'object' && list !== null && (Symbol.asyncIterator in list || Symbol.iterator in list)
}
