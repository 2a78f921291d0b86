import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import { CliError, EXIT } from './exit.ts'
import { entries } from './format.ts'
import { refuseUnknown } from './functions.ts'
import { oneLine } from './output.ts'

/** Names an entry by its hash, or by the arguments of the call. */
export interface EntryName {
  readonly hash?: string | undefined
  /** The arguments as a JSON array, for functions with the default key and hash. */
  readonly args?: string | undefined
}

/** The hash of the named entry. */
export function hashIn({ hash, args }: EntryName): string {
  if (hash !== undefined) return hash
  if (args === undefined) throw new CliError('which entry? Name its hash, or the arguments of the call: --args "[3]"')
  let list: unknown
  try {
    list = JSON.parse(args)
  } catch (error) {
    throw new CliError(`--args must be a JSON array: ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) throw new CliError('--args must be a JSON array, such as --args "[3]"')
  return sha256(canonical(list))
}

/** Finds the entry. If there is none or it is damaged, throws an error with exit code 1. */
export async function find(adapter: StoreAdapter, funcname: string, name: EntryName): Promise<Entry> {
  let damage = ''
  const store: Store = adapter.open(funcname, { report: (problem) => (damage = `: ${problem.message}`) })
  const hash = await wholeHash(store, hashIn(name))
  const entry = await store.get(hash)
  if (entry !== undefined) return entry
  if (damage === '') await refuseUnknown(adapter, funcname)
  throw new CliError(`${oneLine(funcname)} has no entry ${oneLine(hash)}${damage}`, EXIT.no)
}

/** Completes a hash that a narrow table has cut, so that it ends in `…`. */
export async function wholeHash(store: Store, hash: string): Promise<string> {
  if (!hash.endsWith('…')) return hash
  const start = hash.slice(0, -1)
  const found: string[] = []
  for await (const head of store.heads()) if (head.hash.startsWith(start)) found.push(head.hash)
  if (found.length > 1) throw new CliError(`${entries(found.length)} begin with ${oneLine(start)}`)
  return found[0] ?? hash
}
