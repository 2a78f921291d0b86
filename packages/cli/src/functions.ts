import { nearest, redactUrl, type StoreAdapter } from '@persist/store'
import { CliError, EXIT } from './exit.ts'
import { functions } from './format.ts'
import { oneLine } from './output.ts'
import { isCacheFolder } from './presence.ts'

/** The functions of a store, sorted. */
export async function allFunctions(adapter: StoreAdapter): Promise<string[]> {
  if (adapter.namespaces === undefined) {
    throw new CliError(`the store ${redactUrl(adapter.name)} cannot list its functions: name them`)
  }
  const names: string[] = []
  for await (const name of adapter.namespaces()) names.push(name)
  return names.sort((a, b) => a.localeCompare(b, 'en'))
}

/** The named functions, which must exist. All functions if none is named. */
export async function functionsIn(adapter: StoreAdapter, named: readonly string[] = []): Promise<string[]> {
  if (named.length === 0) return allFunctions(adapter)
  const names = [...new Set(named)]
  for (const name of names) await refuseUnknown(adapter, name)
  return names
}

/** Throws if the store does not have a function. A mistyped name would look like a function without entries. */
export async function refuseUnknown(adapter: StoreAdapter, funcname: string): Promise<void> {
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

/** The hint for a cache in the place of a function. */
export function cacheHint(word: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(word)
  if (!isUrl && !isCacheFolder(word)) return ''
  return ` ${oneLine(redactUrl(word))} looks like a cache; name a cache with --cache, before or after the command`
}

/** Whether a function has entries. A damaged entry counts. */
async function hasEntries(adapter: StoreAdapter, funcname: string): Promise<boolean> {
  let isReported = false
  const report = () => {
    isReported = true
  }
  for await (const _ of adapter.open(funcname, { report }).heads()) return true
  return isReported
}
