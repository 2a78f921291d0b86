import { currentFlight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import type { Broadcast } from '../state/broadcasts.ts'
import { tracing } from '../trace/tracing.ts'
import { refreshInBackground } from './background-refresh.ts'
import type { CacheKey } from './cache-key.ts'
import { type Call, isOlderThanAccepted } from './call.ts'
import { isValidInMemory, lookupEntry, lookupInMemory } from './lookup.ts'
import { ABSENT, type LookupResult } from './lookup-result.ts'
import { noteFailure } from './note-call.ts'
import { reportUnreadable } from './read-entry.ts'
import { reportHit, serveHit, serveStale, throwReplayMiss } from './serve.ts'

/** The stored chunks of an iteration. */
export type Chunks = readonly unknown[]

/** Looks the chunks up. A store that fails is a failure of the call for the function that made it. */
export async function lookupOrNote(context: Context, call: Call, cacheKey: CacheKey): Promise<Chunks | LookupResult> {
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

export function isStored(found: Chunks | LookupResult): found is Chunks {
  return Array.isArray(found)
}

/** The iteration that the call follows. */
export function runningIteration(context: Context, call: Call, { canonicalKey }: CacheKey): Broadcast | undefined {
  const running = context.singleFlight === false ? undefined : context.broadcasts.find(canonicalKey)
  return running === undefined || isOlderThanAccepted(context, call, running.flight) ? undefined : running
}
