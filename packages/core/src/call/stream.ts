import { currentFlight, isInside, traceAround } from '../concurrency/flight.ts'
import { flatten } from '../concurrency/nested-steps.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import type { Broadcast } from '../state/broadcasts.ts'
import { areOfTheSame, lineOf } from '../trace/observation.ts'
import type { Trace } from '../trace/trace.ts'
import { tracing } from '../trace/tracing.ts'
import { bypass } from './bypass.ts'
import { argumentsChanged, type CacheKey, cacheKeyOf, checkUnhash } from './cache-key.ts'
import { type Call, signalsOf, startsRefresh } from './call.ts'
import { pendingChanges } from './change-order.ts'
import { pickleKeyEarly } from './create-entry.ts'
import { isStillServed } from './freshness-now.ts'
import { type Chunks, isStored, lookupOrNote, runningIteration } from './lookup-chunks.ts'
import { ABSENT, type LookupResult, REFRESH } from './lookup-result.ts'
import { noteCall, throwIfAnyAborted } from './note-call.ts'
import { countMiss, reportRecursion, reportSharedHit, serveStale, throwReplayMiss } from './serve.ts'
import { SharedIteration } from './shared-iteration.ts'
import { reportProblem } from './store-guard.ts'
import { firstChange } from './verify-inputs.ts'

/**
 * Runs one call of an async generator: replays it from memory or the store, or else runs it chunk by chunk, shared with
 * identical calls, and stores it at its end. Like the body of a generator, it starts with the first request for a chunk. The
 * lease decides only whether the chunks may be stored: a consumer sets the pace of its iteration, and no call of another
 * process waits for it.
 */
export async function* stream(context: Context, call: Call): AsyncGenerator<unknown> {
  if (context.mode === 'off') return yield* bypass(context, call) as AsyncGenerator<unknown>
  throwIfAnyAborted(context, signalsOf(call))
  const cacheKey = cacheKeyOf(context, call.self, call.args)
  cacheKey.maxAge = call.maxAge
  pickleKeyEarly(context, cacheKey)
  const isRefresh = startsRefresh(context, call, cacheKey)
  if (isRefresh) await pendingChanges(context, cacheKey.hash)
  const found = isRefresh ? startRefresh(context, call, cacheKey) : await lookupOrNote(context, call, cacheKey)
  if (argumentsChanged(context, call.self, call.args, cacheKey)) {
    context.reporter.report('skip', { hash: cacheKey.hash, reason: 'arguments-changed' })
    return yield* (
      call.restarted ? bypass(context, call) : stream(context, { ...call, restarted: true })
    ) as AsyncGenerator<unknown>
  }
  if (isStored(found)) return yield* found
  await leaveIfChanged(context, call, cacheKey)
  const iteration = startOrFollow(context, call, cacheKey, found)
  if (found.kind !== 'stale-if-error') return yield* iteration
  let first: IteratorResult<unknown>
  try {
    first = await iteration.next()
  } catch (error) {
    if (signalsOf(call).some(({ aborted }) => aborted) || !isStillServed(context, found, call.maxAge)) throw error
    reportProblem(context, 'refresh', cacheKey.hash, asError(error))
    return yield* serveStale(context, cacheKey, found, 'error').value as Chunks
  }
  return yield* resumed(first, iteration)
}

/** An iteration whose first step has been taken. */
function resumed(first: IteratorResult<unknown>, iteration: AsyncGenerator): AsyncIterable<unknown> {
  let isFirst = true
  const next = async (value: unknown) => {
    if (!isFirst) return iteration.next(value)
    isFirst = false
    return first
  }
  return {
    [Symbol.asyncIterator]: () => ({
      next,
      throw: (error) => iteration.throw(error),
      return: (value) => iteration.return(value),
    }),
  }
}

function startRefresh(context: Context, call: Call, cacheKey: CacheKey): LookupResult {
  if (context.mode === 'replay') throwReplayMiss(context, cacheKey)
  // By the mode, simultaneous calls share one iteration. An explicit refresh gets one of its own.
  if (!call.refresh && runningIteration(context, call, cacheKey) !== undefined) return ABSENT
  context.peers.each((peer) => peer.outdate(cacheKey.canonicalKey))
  return REFRESH
}

/** Lets no call follow a running iteration that has read something that changed since: its first chunks may be older. */
async function leaveIfChanged(context: Context, call: Call, cacheKey: CacheKey): Promise<void> {
  const flight = runningIteration(context, call, cacheKey)?.flight
  const trace = flight?.trace
  if (trace === undefined) return
  await trace.recorded()
  // Calls and iterations that have not ended cannot be verified.
  const calls = (flight!.children?.size ?? 0) + (flight!.joins?.size ?? 0)
  const isKnown = trace.problem === undefined && calls === 0
  const inputs = [...trace.observations].map(lineOf)
  const pass = { calls: new Map<string, boolean>(), mayCall: false }
  const isUnchanged = isKnown && (await run(flatten(firstChange(context, inputs, pass)))) === undefined
  if (!isUnchanged) context.flights.close(flight!)
}

function startOrFollow(context: Context, call: Call, cacheKey: CacheKey, found: LookupResult): AsyncGenerator<unknown> {
  const consumer = { signals: signalsOf(call), alone: () => bypass(context, call) as AsyncGenerator<unknown> }
  const running = runningIteration(context, call, cacheKey)
  if (running === undefined) {
    // Only the event waits for the store, so that no other iteration starts meanwhile.
    void run(countMiss(context, cacheKey, found as Exclude<LookupResult, { kind: 'fresh' }>))
    checkUnhash(context, cacheKey)
    const iteration = new SharedIteration(context, call, cacheKey)
    return noted(context, cacheKey, iteration, iteration.follow(consumer))
  }
  if (isInside(running.flight)) {
    reportRecursion(context, cacheKey)
    return bypass(context, call) as AsyncGenerator<unknown>
  }
  // Its chunks come before it is known whether one of its files has changed.
  if (!areOfTheSame(running.flight.keyReads, cacheKey.reads)) return bypass(context, call) as AsyncGenerator<unknown>
  reportSharedHit(context, cacheKey)
  return noted(context, cacheKey, running, running.follow(consumer))
}

/** Records an iteration in the trace of the function that consumes it, when it ends. */
function noted(
  context: Context,
  cacheKey: CacheKey,
  broadcast: Broadcast,
  iteration: AsyncGenerator<unknown>,
): AsyncGenerator<unknown> {
  const from = currentFlight()
  const trace = tracing.active > 0 ? traceAround(from) : undefined
  return trace === undefined ? iteration : record(trace)

  async function* record(trace: Trace): AsyncGenerator<unknown> {
    // A consumer that leaves early, or gets an error, has seen what no entry has.
    const end = trace.begin(context.namespace)
    const returned: unknown = yield* iteration
    end()
    if (broadcast.payload === undefined) trace.refuse(context.namespace, 'its chunks have no entry')
    else noteCall(context, cacheKey, { payload: broadcast.payload }, from)
    return returned
  }
}
