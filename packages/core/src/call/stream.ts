import { throwIfAborted } from '../concurrency/abort-signals.ts'
import { isInside } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { refreshInBackground } from './background-refresh.ts'
import { bypass } from './bypass.ts'
import { argumentsChanged, type CacheKey, cacheKeyOf, checkUnhash } from './cache-key.ts'
import { type Call, isRefresh, signalsOf } from './call.ts'
import { pickleKeyEarly } from './create-entry.ts'
import { type LookupResult, lookupEntry, lookupInMemory, REFRESH, reportUnreadable } from './lookup.ts'
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

type Chunks = readonly unknown[]

/**
 * The story of one call of an async generator: replayed from memory or the store; else live, chunk by chunk, together
 * with all who ask for the same meanwhile, and stored when it has come to its end. As a generator's own body does, it
 * begins when the first chunk is asked for. A lease says only whether it may be stored: how fast an iteration goes is up
 * to its consumer, and no call of another process waits for that.
 */
export async function* stream(context: Context, call: Call): AsyncGenerator<unknown> {
  if (context.mode === 'off') return yield* bypass(context, call) as AsyncGenerator<unknown>
  throwIfAborted(signalsOf(call))
  const cacheKey = cacheKeyOf(context, call.self, call.args)
  pickleKeyEarly(context, cacheKey)
  const known = isRefresh(context, call) ? again(context, cacheKey) : await look(context, call, cacheKey)
  if (argumentsChanged(context, call.self, call.args, cacheKey)) {
    context.reporter.report('skip', { hash: cacheKey.hash, reason: 'arguments-changed' })
    return yield* (
      call.restarted ? bypass(context, call) : stream(context, { ...call, restarted: true })
    ) as AsyncGenerator<unknown>
  }
  if (isStored(known)) return yield* known
  const iteration = live(context, call, cacheKey, known)
  if (known.kind !== 'stale-if-error') return yield* iteration
  let first: IteratorResult<unknown>
  try {
    first = await iteration.next()
  } catch (error) {
    if (signalsOf(call).some(({ aborted }) => aborted)) throw error
    reportProblem(context, 'refresh', cacheKey.hash, asError(error))
    return yield* serveStale(context, cacheKey, known, 'error').value as Chunks
  }
  return yield* resumed(first, iteration)
}

/** An iteration that can also be waited for, as `await f.refresh(x)`: it then runs to its end, and gives the list of chunks. */
export function awaitable(iteration: AsyncGenerator): AsyncGenerator & PromiseLike<unknown[]> {
  let chunks: Promise<unknown[]> | undefined
  const then: PromiseLike<unknown[]>['then'] = (fulfilled, rejected) => {
    chunks ??= listOf(iteration)
    return chunks.then(fulfilled, rejected)
  }
  Object.defineProperty(iteration, 'then', { value: then })
  return iteration as AsyncGenerator & PromiseLike<unknown[]>
}

async function listOf(iteration: AsyncGenerator): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const chunk of iteration) chunks.push(chunk)
  return chunks
}

/** An iteration of which the first step has been taken. */
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

function again(context: Context, cacheKey: CacheKey): LookupResult {
  if (context.mode === 'replay') throwReplayMiss(context, cacheKey)
  context.peers.each((peer) => peer.outdate(cacheKey.canonicalKey))
  return REFRESH
}

/** The stored chunks; else why there are none to be served. */
async function look(context: Context, call: Call, cacheKey: CacheKey): Promise<Chunks | LookupResult> {
  const held = chunksInMemory(context, call, cacheKey)
  if (held !== undefined) return held
  for (;;) {
    if (context.broadcasts.find(cacheKey.canonicalKey) !== undefined) return { kind: 'miss', reason: 'absent' }
    const watch = context.broadcasts.watch(cacheKey.canonicalKey)
    const found = asChunks(await lookupEntry(context, cacheKey, call.maxAge))
    watch.stop()
    if (found.kind === 'fresh') return serveHit(context, cacheKey, found).value as Chunks
    if (context.mode === 'replay') throwReplayMiss(context, cacheKey)
    if (found.kind === 'stale') {
      refreshInBackground({ context, call, cacheKey })
      return serveStale(context, cacheKey, found, 'revalidate').value as Chunks
    }
    // One that came to its end meanwhile has stored what this look was too early for.
    if (!watch.hasEnded) return found
  }
}

function chunksInMemory(context: Context, call: Call, cacheKey: CacheKey): Chunks | undefined {
  const held = lookupInMemory(context, cacheKey, call.maxAge)
  if (held === undefined) return undefined
  try {
    const chunks = context.unpickle(held.entry.payload)
    if (!Array.isArray(chunks)) return undefined
    reportHit(context, cacheKey, held.entry, 'memory')
    return chunks
  } catch (error) {
    context.memory?.drop(cacheKey.canonicalKey)
    reportUnreadable(context, cacheKey, error)
    return undefined
  }
}

/** An entry that some other function wrote under this name is none of an iteration. */
function asChunks(found: LookupResult): LookupResult {
  return found.kind === 'miss' || Array.isArray(found.value) ? found : { kind: 'miss', reason: 'unreadable' }
}

function isStored(known: Chunks | LookupResult): known is Chunks {
  return Array.isArray(known)
}

function live(context: Context, call: Call, cacheKey: CacheKey, known: LookupResult): AsyncGenerator<unknown> {
  const consumer = { signals: signalsOf(call), alone: () => bypass(context, call) as AsyncGenerator<unknown> }
  const running = context.singleFlight === false ? undefined : context.broadcasts.find(cacheKey.canonicalKey)
  if (running === undefined) {
    countMiss(context, cacheKey, known.kind === 'miss' ? known.reason : 'expired')
    checkUnhash(context, cacheKey)
    return new SharedIteration(context, call, cacheKey).follow(consumer)
  }
  if (isInside(running.flight)) {
    reportRecursion(context, cacheKey)
    return bypass(context, call) as AsyncGenerator<unknown>
  }
  reportSharedHit(context, cacheKey)
  return running.follow(consumer)
}
