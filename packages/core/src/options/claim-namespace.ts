import { DuplicateNamespaceError } from '@persist/errors'
import { type CallSite, type CapturedSite, captureCallSite, type LazyCallSite } from '../source/call-site.ts'
import { compareWrappings } from '../source/evaluations.ts'
import { isNumberedUpdate } from '../source/hot-updates.ts'
import { compareWithLost, type LostWrapping } from '../source/lost-functions.ts'
import { originalPlace } from '../source/original-place.ts'
import { differInNamesOnly } from '../source/renaming.ts'
import { realSourceFiles, type SourceFiles } from '../source/source-files.ts'
import { lacksSource, textOf } from '../source/source-text.ts'
import { loadOf } from '../source/temporary-copies.ts'
import { mayBeOfTurbopack, turbopackSource } from '../source/turbopack-modules.ts'
import type { Relation, Wrapping } from '../source/wrapping.ts'
import { homeOf } from '../source/wrapping-place.ts'
import type { AnyFunction } from '../types/functions.ts'
import { variable } from './environment.ts'

// On a well-known symbol: two copies of core in one process share their stores, so they share the registry too.
const REGISTRY = Symbol.for('@persist/core/namespaces@2')

interface Registry {
  readonly stores: Map<string, Map<string, Owner>>
  /** Identifies the current task, until its microtasks run. */
  run: object | undefined
}

/** The owner of a namespace. Holds the function weakly, and its stack too, since the stack would keep it alive. */
interface Owner extends LostWrapping {
  readonly original: WeakRef<AnyFunction>
  readonly sites: WeakMap<AnyFunction, LazyCallSite>
  readonly run: object
  /** The digest of its text, which is known when the function is gone. An older copy of core gives none. */
  readonly source?: string
}

/** How a claim is made. */
export interface Claim {
  /** The function of core that the user called. */
  readonly entry: AnyFunction
  readonly env: Readonly<Record<string, string | undefined>>
  /** The digest of the function's text. */
  readonly source: string
  /** The adapter, if no other one can have its name: when it is gone, so are the claims in its store. */
  readonly private?: object | undefined
  readonly files?: SourceFiles
  readonly now?: () => number
}

const gone = new FinalizationRegistry<string>((store) => registryOf().stores.delete(store))

/**
 * Claims a namespace in a store for a function. The same function may be wrapped again, and its module may be evaluated
 * again: then the newest function owns the namespace. {@link compareWrappings} has the rule.
 *
 * @throws DuplicateNamespaceError if another function owns it: each would get the results of the other.
 */
export function claimNamespace(store: string, namespace: string, original: AnyFunction, claim: Claim): void {
  const { entry, env, source, files = realSourceFiles, now = Date.now } = claim
  const registry = registryOf()
  if (claim.private !== undefined && !registry.stores.has(store)) gone.register(claim.private, store)
  const owners = registry.stores.get(store) ?? new Map<string, Owner>()
  registry.stores.set(store, owners)
  const owner = owners.get(namespace)
  const first = owner?.original.deref()
  if (first === original) return
  const captured = captureCallSite(entry)
  const next = {
    original: new WeakRef(original),
    sites: new WeakMap([[original, captured.site]]),
    at: now(),
    run: runOf(registry),
    source,
    files: captured.files,
    modules: captured.modules,
    loadOf: loadOf(captured, files),
    madeOf: mayBeOfTurbopack(captured) && reloadsIn(env) ? sourceOf(captured, files) : undefined,
    // Deno may ask for permission, and evaluates each module once.
    stack: !('Deno' in globalThis) && reloadsIn(env) ? captured.site() : undefined,
  }
  const refuse = (relation: Relation, before: Wrapping | undefined, after: Wrapping) => {
    if (relation === 'again') return
    const there = locationOf(before?.site) || (owner?.files?.[0] ?? '')
    throw new DuplicateNamespaceError(explain(relation, namespace, store, there, before, after), namespace)
  }
  if (owner !== undefined) {
    const circumstances = { files, reloads: reloadsIn(env), isHot: isHot() }
    const before = first && wrapping(owner, first)
    const after = wrapping(next, original)
    const relation = before
      ? compareWrappings(before, after, circumstances)
      : compareWithLost({ ...owner, hadText: owner.source === source }, after, circumstances)
    refuse(relation, before, after)
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
    // Not `queueMicrotask`, which fake timers replace.
    Promise.resolve().then(() => {
      registry.run = undefined
    })
  }
  return registry.run
}

/** Whether modules are often evaluated again. */
function reloadsIn(env: Claim['env']): boolean {
  const mode = variable(env, 'NODE_ENV')
  return mode === 'development' || mode === 'test' || isHot()
}

/** Whether Bun evaluates all modules of the program again after an edit of one of them, as `bun --hot` does. */
function isHot(): boolean {
  const { Bun, process } = globalThis as { Bun?: unknown; process?: { execArgv?: readonly string[] } }
  return Bun !== undefined && process?.execArgv?.includes('--hot') === true
}

function wrapping({ sites, at, run, loadOf, madeOf }: Owner, original: AnyFunction): Wrapping {
  const text = textOf(original)
  // All bound functions have the same source text, so it identifies none.
  const isKnown = !text.includes('[native code]') && !lacksSource(original)
  return { text: isKnown ? text : undefined, site: sites.get(original)?.(), at, run, loadOf, madeOf }
}

function sourceOf({ site }: CapturedSite, files: SourceFiles): string | undefined {
  const home = homeOf(site(), files)
  return home && turbopackSource(home, files)
}

function explain(
  relation: Exclude<Relation, 'again'>,
  namespace: string,
  store: string,
  there: string,
  first: Wrapping | undefined,
  second: Wrapping,
) {
  const name = JSON.stringify(namespace)
  const here = locationOf(second.site)
  const advice = "give each a funcname of its own, such as 'Class.method'"
  if (relation === 'made by one function' || (here !== '' && here === there)) {
    return `several functions created${here && ` at ${here}`} are persisted as ${name} in ${store}: ${advice}`
  }
  const locations = here === '' || there === '' ? '' : ` (at ${there} and at ${here})`
  const subject = relation === 'two places' ? 'two functions with the same source' : 'two functions'
  return `${subject} are persisted as ${name} in ${store}${locations}: ${advice}${adviceForUpdate(second)}${adviceForCopies(first, second)}`
}

function adviceForUpdate({ site = [] }: Wrapping): string {
  if (!isNumberedUpdate(site)) return ''
  return ". If a hot update replaced the function, give webpack the option optimization: { moduleIds: 'named' }"
}

function adviceForCopies(before: Wrapping | undefined, { text: second }: Wrapping): string {
  const first = before?.text
  const copied = '. If they are one function that was bundled twice, '
  if (first === undefined || second === undefined || !differInNamesOnly(first, second)) return ''
  return `${copied}keep it in one chunk, or put the source maps beside the bundles`
}

function locationOf(site: CallSite | undefined): string {
  const frame = site?.find(({ file }) => file !== '')
  return frame === undefined ? '' : originalPlace(frame)
}
