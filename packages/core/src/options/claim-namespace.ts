import { DuplicateNamespaceError } from '@persist/errors'
import { type CallSite, captureCallSite, type LazyCallSite } from '../source/call-site.ts'
import { judge, type Verdict, type Wrapping } from '../source/evaluations.ts'
import { realSourceFiles, type SourceFiles } from '../source/source-files.ts'
import { textOf } from '../source/source-text.ts'
import type { AnyFunction } from '../types/functions.ts'

// On a well-known symbol: two copies of core in one process share their stores, so they share this too.
const REGISTRY = Symbol.for('@persist/core/namespaces@2')

interface Registry {
  readonly stores: Map<string, Map<string, Owner>>
  /** Lasts as long as what runs now without a break. */
  run: object | undefined
}

/** Who has a name. The function is held weakly, and so is its stack, which would keep it alive. */
interface Owner {
  readonly original: WeakRef<AnyFunction>
  readonly sites: WeakMap<AnyFunction, LazyCallSite>
  readonly at: number
  readonly run: object
}

/** How a claim is made, and what is known about it. */
export interface Claimed {
  /** The function of core that the user called. */
  readonly entry: AnyFunction
  readonly env: Readonly<Record<string, string | undefined>>
  readonly files?: SourceFiles
  readonly now?: () => number
}

/**
 * Claims a namespace in a store for a function. To wrap the same function again is fine, and so is to evaluate its
 * module again: then the newest function has the name. {@link judge} has the rule.
 *
 * @throws DuplicateNamespaceError if another function has it: each would be given the other's results.
 */
export function claimNamespace(store: string, namespace: string, original: AnyFunction, claimed: Claimed): void {
  const { entry, env, files = realSourceFiles, now = Date.now } = claimed
  const registry = registryOf()
  const owners = registry.stores.get(store) ?? new Map<string, Owner>()
  registry.stores.set(store, owners)
  const owner = owners.get(namespace)
  const first = owner?.original.deref()
  if (first === original) return
  const site = captureCallSite(entry)
  const next = {
    original: new WeakRef(original),
    sites: new WeakMap([[original, site]]),
    at: now(),
    run: runOf(registry),
  }
  if (owner !== undefined && first !== undefined) {
    const [before, after] = [wrapping(owner, first), wrapping(next, original)]
    const reloads = env.NODE_ENV === 'development' || env.NODE_ENV === 'test'
    const verdict = judge(before, after, { files, reloads })
    if (verdict !== 'again')
      throw new DuplicateNamespaceError(explain(verdict, namespace, store, before, after), namespace)
  }
  owners.set(namespace, next)
}

function registryOf(): Registry {
  const shared = globalThis as { [REGISTRY]?: Registry }
  shared[REGISTRY] ??= { stores: new Map(), run: undefined }
  return shared[REGISTRY]
}

function runOf(registry: Registry): object {
  if (registry.run === undefined) {
    registry.run = {}
    // Not `queueMicrotask`, which fake timers take away.
    Promise.resolve().then(() => {
      registry.run = undefined
    })
  }
  return registry.run
}

function wrapping({ sites, at, run }: Owner, original: AnyFunction): Wrapping {
  const text = textOf(original)
  // All bound functions have the same text, which says nothing.
  return { text: text.includes('[native code]') ? undefined : text, site: sites.get(original)?.(), at, run }
}

function explain(
  verdict: Exclude<Verdict, 'again'>,
  namespace: string,
  store: string,
  first: Wrapping,
  second: Wrapping,
) {
  const name = JSON.stringify(namespace)
  const [here, there] = [spotOf(second.site), spotOf(first.site)]
  const advice = "give each a funcname of its own, such as 'Class.method'"
  if (verdict === 'made by one function' || (here !== '' && here === there)) {
    return `several functions that are made${here && ` at ${here}`} are persisted as ${name} in ${store}: ${advice}`
  }
  const places = here === '' || there === '' ? '' : ` (at ${there} and at ${here})`
  const what = verdict === 'two places' ? 'two functions with the same text' : 'two functions'
  const copies =
    first.text === second.text ? '. If they are one function that was bundled twice, keep it in one chunk' : ''
  return `${what} are persisted as ${name} in ${store}${places}: ${advice}${copies}`
}

function spotOf(site: CallSite | undefined): string {
  const frame = site?.find(({ file }) => file !== '')
  return frame === undefined ? '' : `${frame.file}:${frame.line}`
}
