import { nearest, redactUrl, type StoreAdapter } from '@persist/store'
import { DEPENDENCY_NAMESPACE } from '@persist/store/kit'
import { CliError, EXIT } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { functions } from '../output/format.ts'
import { isCacheFolder } from './require-cache.ts'

/** The names of the functions in a store, sorted. What they depend on is in no function. */
export async function allFunctions(adapter: StoreAdapter): Promise<string[]> {
  return (await allNamespaces(adapter)).filter((name) => name !== DEPENDENCY_NAMESPACE)
}

async function allNamespaces(adapter: StoreAdapter): Promise<string[]> {
  if (adapter.namespaces === undefined) {
    throw new CliError(`the store ${redactUrl(adapter.name)} cannot list its functions: name the ones you mean`)
  }
  const names: string[] = []
  for await (const name of adapter.namespaces()) names.push(name)
  return names.sort((a, b) => a.localeCompare(b, 'en'))
}

/** As {@link functionsIn}, with the notes on what functions depend on, which belong to every function. */
export async function namespacesIn(adapter: StoreAdapter, named: readonly string[] = []): Promise<string[]> {
  const names = named.length === 0 ? await allNamespaces(adapter) : await functionsIn(adapter, named)
  for await (const _ of adapter.open(DEPENDENCY_NAMESPACE).heads())
    return [...new Set([...names, DEPENDENCY_NAMESPACE])]
  return names
}

/** The named functions, which must exist; all functions if none is named. */
export async function functionsIn(adapter: StoreAdapter, named: readonly string[] = []): Promise<string[]> {
  if (named.length === 0) return allFunctions(adapter)
  const names = [...new Set(named)]
  for (const name of names) await requireFunction(adapter, name)
  return names
}

/** Throws if the store does not have the function: a mistyped name would look like a function without entries. */
export async function requireFunction(adapter: StoreAdapter, funcname: string): Promise<void> {
  if (await hasEntries(adapter, funcname)) return
  const place = redactUrl(adapter.name)
  const name = oneLine(redactUrl(funcname))
  if (adapter.namespaces === undefined) {
    throw new CliError(`${name} has no entries in ${place}.${cacheHint(funcname)}`, EXIT.no)
  }
  const known = await allFunctions(adapter)
  if (known.includes(funcname)) return
  const near = nearest(funcname, known)
  const others = known.length === 0 ? '' : ` persist ls lists ${functions(known.length)}`
  const meant = near === undefined ? others : ` Did you mean ${oneLine(near)}?`
  throw new CliError(`there is no function ${name} in ${place}.${cacheHint(funcname) || meant}`, EXIT.no)
}

/** The advice for a cache URL in the place of a function name; '' for other words. */
export function cacheHint(word: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(word)
  if (!isUrl && !isCacheFolder(word)) return ''
  return ` ${oneLine(redactUrl(word))} looks like a cache; name a cache with --cache, before or after the command`
}

/** A damaged entry counts too. */
async function hasEntries(adapter: StoreAdapter, funcname: string): Promise<boolean> {
  let isReported = false
  const report = () => {
    isReported = true
  }
  for await (const _ of adapter.open(funcname, { report }).heads()) return true
  return isReported
}
