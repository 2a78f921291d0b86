import { throwIfAborted } from '../concurrency/abort-signals.ts'
import { isInside } from '../concurrency/flight.ts'
import type { Plan } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { refreshInBackground } from './background-refresh.ts'
import { Broadcast } from './broadcast.ts'
import { plain } from './bypass.ts'
import { checkUnhash, hasStrayed, type Identity, identify } from './cache-key.ts'
import { type Call, isRefresh, signalsOf } from './call.ts'
import { heldInMemory, REFRESH, type Recalled, recall, tellUnreadable } from './lookup.ts'
import { hit, miss, replay, stale, tellHit, tellRecursion, tellShared } from './serve.ts'
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
  const known = isRefresh(plan, call) ? again(plan, identity) : await look(plan, call, identity)
  if (hasStrayed(plan, call.self, call.args, identity)) {
    plan.reporter.tell('skip', { hash: identity.hash, reason: 'strayed' })
    return yield* (
      call.strayed ? plain(plan, call) : stream(plan, { ...call, strayed: true })
    ) as AsyncGenerator<unknown>
  }
  if (isStored(known)) return yield* known
  let begun = false
  try {
    for await (const chunk of live(plan, call, identity, known)) {
      begun = true
      yield chunk
    }
  } catch (error) {
    if (begun || known.kind !== 'rescue') throw error
    tellProblem(plan, 'refresh', identity.hash, asError(error))
    yield* stale(plan, identity, known, 'error').value as Chunks
  }
}

function again(plan: Plan, identity: Identity): Recalled {
  if (plan.mode === 'replay') replay(plan, identity)
  plan.peers.each((peer) => peer.fence(identity.text))
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

function live(plan: Plan, call: Call, identity: Identity, known: Recalled): AsyncIterable<unknown> {
  const running = plan.singleFlight === false ? undefined : plan.broadcasts.find(identity.text)
  if (running === undefined) {
    miss(plan, identity, known.kind === 'miss' ? known.reason : 'expired')
    checkUnhash(plan, identity)
    return new Broadcast(plan, call, identity).follow(call)
  }
  if (isInside(running.flight)) {
    tellRecursion(plan, identity)
    return plain(plan, call) as AsyncGenerator<unknown>
  }
  tellShared(plan, identity)
  return running.follow(call)
}
