import { throwIfAborted } from '../concurrency/abort-signals.ts'
import { isInside } from '../concurrency/flight.ts'
import type { Plan } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { refreshInBackground } from './background-refresh.ts'
import { plain } from './bypass.ts'
import { checkUnhash, hasStrayed, type Identity, identify } from './cache-key.ts'
import { type Call, isRefresh, signalsOf } from './call.ts'
import { holdKey } from './create-entry.ts'
import { heldInMemory, REFRESH, type Recalled, recall, tellUnreadable } from './lookup.ts'
import { hit, miss, replay, stale, tellHit, tellRecursion, tellShared } from './serve.ts'
import { SharedIteration } from './shared-iteration.ts'
import { tellProblem } from './store-guard.ts'

type Chunks = readonly unknown[]

/**
 * The story of one call of an async generator: replayed from memory or the store; else live, chunk by chunk, together
 * with all who ask for the same meanwhile, and stored when it has come to its end. As a generator's own body does, it
 * begins when the first chunk is asked for. A lease says only whether it may be stored: how fast an iteration goes is up
 * to its consumer, and no call of another process waits for that.
 */
export async function* stream(plan: Plan, call: Call): AsyncGenerator<unknown> {
  if (plan.mode === 'off') return yield* plain(plan, call) as AsyncGenerator<unknown>
  throwIfAborted(signalsOf(call))
  const identity = identify(plan, call.self, call.args)
  holdKey(plan, identity)
  const known = isRefresh(plan, call) ? again(plan, identity) : await look(plan, call, identity)
  if (hasStrayed(plan, call.self, call.args, identity)) {
    plan.reporter.tell('skip', { hash: identity.hash, reason: 'strayed' })
    return yield* (
      call.strayed ? plain(plan, call) : stream(plan, { ...call, strayed: true })
    ) as AsyncGenerator<unknown>
  }
  if (isStored(known)) return yield* known
  const iteration = live(plan, call, identity, known)
  if (known.kind !== 'rescue') return yield* iteration
  let first: IteratorResult<unknown>
  try {
    first = await iteration.next()
  } catch (error) {
    if (signalsOf(call).some(({ aborted }) => aborted)) throw error
    tellProblem(plan, 'refresh', identity.hash, asError(error))
    return yield* stale(plan, identity, known, 'error').value as Chunks
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

function again(plan: Plan, identity: Identity): Recalled {
  if (plan.mode === 'replay') replay(plan, identity)
  plan.peers.each((peer) => peer.outdate(identity.text))
  return REFRESH
}

/** The stored chunks; else why there are none to be served. */
async function look(plan: Plan, call: Call, identity: Identity): Promise<Chunks | Recalled> {
  const held = chunksInMemory(plan, call, identity)
  if (held !== undefined) return held
  for (;;) {
    if (plan.broadcasts.find(identity.text) !== undefined) return { kind: 'miss', reason: 'absent' }
    const watch = plan.broadcasts.watch(identity.text)
    const found = asChunks(await recall(plan, identity, call.maxAge))
    watch.stop()
    if (found.kind === 'fresh') return hit(plan, identity, found).value as Chunks
    if (plan.mode === 'replay') replay(plan, identity)
    if (found.kind === 'stale') {
      refreshInBackground({ plan, call, identity })
      return stale(plan, identity, found, 'revalidate').value as Chunks
    }
    // One that came to its end meanwhile has stored what this look was too early for.
    if (!watch.hasEnded) return found
  }
}

function chunksInMemory(plan: Plan, call: Call, identity: Identity): Chunks | undefined {
  const held = heldInMemory(plan, identity, call.maxAge)
  if (held === undefined) return undefined
  try {
    const chunks = plan.unpickle(held.entry.payload)
    if (!Array.isArray(chunks)) return undefined
    tellHit(plan, identity, held.entry, 'memory')
    return chunks
  } catch (error) {
    plan.memory?.drop(identity.text)
    tellUnreadable(plan, identity, error)
    return undefined
  }
}

/** An entry that some other function wrote under this name is none of an iteration. */
function asChunks(found: Recalled): Recalled {
  return found.kind === 'miss' || Array.isArray(found.value) ? found : { kind: 'miss', reason: 'unreadable' }
}

function isStored(known: Chunks | Recalled): known is Chunks {
  return Array.isArray(known)
}

function live(plan: Plan, call: Call, identity: Identity, known: Recalled): AsyncGenerator<unknown> {
  const consumer = { signals: signalsOf(call), alone: () => plain(plan, call) as AsyncGenerator<unknown> }
  const running = plan.singleFlight === false ? undefined : plan.broadcasts.find(identity.text)
  if (running === undefined) {
    miss(plan, identity, known.kind === 'miss' ? known.reason : 'expired')
    checkUnhash(plan, identity)
    return new SharedIteration(plan, call, identity).follow(consumer)
  }
  if (isInside(running.flight)) {
    tellRecursion(plan, identity)
    return plain(plan, call) as AsyncGenerator<unknown>
  }
  tellShared(plan, identity)
  return running.follow(consumer)
}
