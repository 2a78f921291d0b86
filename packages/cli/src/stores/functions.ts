import { nearest, redactUrl, type StoreAdapter } from '@persist/store'
import { EXIT, Refusal } from '../errors/cli-error.ts'
import { functions } from '../output/format.ts'
import { oneLine } from '../output/output.ts'
import { isCacheFolder } from './require-cache.ts'

/** The functions that a store has, sorted. */
export async function allFunctions(adapter: StoreAdapter): Promise<string[]> {
  if (adapter.namespaces === undefined) {
    throw new Refusal(`the store ${redactUrl(adapter.name)} cannot list its functions: name those that you mean`)
  }
  const names: string[] = []
  for await (const name of adapter.namespaces()) names.push(name)
  return names.sort((a, b) => a.localeCompare(b, 'en'))
}

/** The functions that are meant: those that are named, each of which must be there; or all, where none is named. */
export async function functionsIn(adapter: StoreAdapter, named: readonly string[] = []): Promise<string[]> {
  if (named.length === 0) return allFunctions(adapter)
  const names = [...new Set(named)]
  for (const name of names) await refuseUnknown(adapter, name)
  return names
}

/** Refuses a function that the store does not have: a mistyped name would look like a function without entries. */
export async function refuseUnknown(adapter: StoreAdapter, funcname: string): Promise<void> {
  if (await hasEntries(adapter, funcname)) return
  const place = redactUrl(adapter.name)
  const name = oneLine(redactUrl(funcname))
  if (adapter.namespaces === undefined) {
    throw new Refusal(`${name} has no entries in ${place}.${cacheHint(funcname)}`, EXIT.no)
  }
  const known = await allFunctions(adapter)
  if (known.includes(funcname)) return
  const near = nearest(funcname, known)
  const others = known.length === 0 ? '' : ` persist ls lists ${functions(known.length)}`
  const meant = near === undefined ? others : ` Did you mean ${oneLine(near)}?`
  throw new Refusal(`there is no function ${name} in ${place}.${cacheHint(funcname) || meant}`, EXIT.no)
}

/** For a cache that was named where a function belongs. */
export function cacheHint(word: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(word)
  if (!isUrl && !isCacheFolder(word)) return ''
  return ` ${oneLine(redactUrl(word))} looks like a cache; name a cache with --cache, before or after the command`
}

/** A damaged entry is one too. */
async function hasEntries(adapter: StoreAdapter, funcname: string): Promise<boolean> {
  let isReported = false
  const report = () => {
    isReported = true
  }
  for await (const _ of adapter.open(funcname, { report }).heads()) return true
  return isReported
}
