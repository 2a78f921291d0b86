import { currentFlight, isInside, traceAround } from '../concurrency/flight.ts'
import { flatten } from '../concurrency/nested-steps.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import type { Broadcast } from '../state/broadcasts.ts'
import { areOfTheSame, lineOf } from '../trace/observation.ts'
import type { Trace } from '../trace/trace.ts'
import { tracing } from '../trace/tracing.ts'
import { refreshInBackground } from './background-refresh.ts'
import { bypass } from './bypass.ts'
import { argumentsChanged, type CacheKey, cacheKeyOf, checkUnhash } from './cache-key.ts'
import { type Call, isOlderThanAccepted, signalsOf, startsRefresh } from './call.ts'
import { pendingChanges } from './change-order.ts'
import { pickleKeyEarly } from './create-entry.ts'
import { isStillServed } from './freshness-now.ts'
import { isValidInMemory, lookupEntry, lookupInMemory } from './lookup.ts'
import { ABSENT, type LookupResult, REFRESH } from './lookup-result.ts'
import { noteCall, noteFailure, throwIfAnyAborted } from './note-call.ts'
import { reportUnreadable } from './read-entry.ts'
import {
  countMiss,
  reportHit,
  reportRecursion,
  reportSharedHit,
  serveHit,
  serveStale,
  throwReplayMiss,
} from './serve.ts'
import { SharedIteration } from './shared-iteration.ts'
import { reportProblem } from './store-guard.ts'
import { firstChange } from './verify-inputs.ts'

type Chunks = readonly unknown[]

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

/** An iteration that can also be awaited, as in `await f.refresh(x)`: it then runs to its end and resolves to its chunks. */
export function awaitable(iteration: AsyncGenerator): AsyncGenerator & PromiseLike<unknown[]> {
  let chunks: Promise<unknown[]> | undefined
  const then: PromiseLike<unknown[]>['then'] = (fulfilled, rejected) => {
    chunks ??= collect(iteration)
    return chunks.then(fulfilled, rejected)
  }
  Object.defineProperty(iteration, 'then', { value: then })
  return iteration as AsyncGenerator & PromiseLike<unknown[]>
}

async function collect(iteration: AsyncGenerator): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const chunk of iteration) chunks.push(chunk)
  return chunks
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

/** Looks the chunks up. A store that fails is a failure of the call for the function that made it. */
async function lookupOrNote(context: Context, call: Call, cacheKey: CacheKey): Promise<Chunks | LookupResult> {
  const from = tracing.active > 0 ? currentFlight() : undefined
  try {
    return await lookupChunks(context, call, cacheKey)
  } catch (error) {
    noteFailure(context, undefined, from)
    throw error
  }
}

/** The stored chunks, or the reason why there are none to serve. */
async function lookupChunks(context: Context, call: Call, cacheKey: CacheKey): Promise<Chunks | LookupResult> {
  const held = chunksInMemory(context, call, cacheKey)
  if (held !== undefined) return held
  for (;;) {
    if (runningIteration(context, call, cacheKey) !== undefined) return ABSENT
    const watch = context.broadcasts.watch(cacheKey.canonicalKey)
    const found = asChunks(
      await lookupEntry(context, cacheKey, { maxAge: call.maxAge, mayCall: currentFlight()?.isCheck !== true }),
    )
    watch.stop()
    if (found.kind === 'fresh') context.verify?.(call, cacheKey, found.entry)
    if (found.kind === 'fresh') return serveHit(context, cacheKey, found).value as Chunks
    if (context.mode === 'replay') throwReplayMiss(context, cacheKey)
    if (found.kind === 'stale') {
      refreshInBackground({ context, call, cacheKey })
      return serveStale(context, cacheKey, found, 'revalidate').value as Chunks
    }
    // An iteration that ended meanwhile may have stored its chunks after this lookup.
    if (!watch.hasEnded) return found
  }
}

function chunksInMemory(context: Context, call: Call, cacheKey: CacheKey): Chunks | undefined {
  const held = lookupInMemory(context, cacheKey, call.maxAge)
  if (held === undefined) return undefined
  try {
    const chunks = context.memory!.valueOf(held, context.unpickle)
    if (!Array.isArray(chunks) || !isValidInMemory(context, chunks)) return undefined
    reportHit(context, cacheKey, held.entry, 'memory')
    context.verify?.(call, cacheKey, held.entry)
    return chunks
  } catch (error) {
    context.memory?.drop(cacheKey.canonicalKey)
    reportUnreadable(context, cacheKey, error)
    return undefined
  }
}

/** Treats an entry without a list as unreadable: a function that is no generator wrote it under this name. */
function asChunks(found: LookupResult): LookupResult {
  return found.kind === 'miss' || Array.isArray(found.value) ? found : { kind: 'miss', reason: 'unreadable' }
}

function isStored(found: Chunks | LookupResult): found is Chunks {
  return Array.isArray(found)
}

/** The iteration that the call follows. */
function runningIteration(context: Context, call: Call, { canonicalKey }: CacheKey): Broadcast | undefined {
  const running = context.singleFlight === false ? undefined : context.broadcasts.find(canonicalKey)
  return running === undefined || isOlderThanAccepted(context, call, running.flight) ? undefined : running
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
