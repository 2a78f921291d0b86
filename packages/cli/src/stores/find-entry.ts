import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import { EXIT, Refusal } from '../errors/cli-error.ts'
import { entries } from '../output/format.ts'
import { oneLine } from '../output/output.ts'
import { refuseUnknown } from './functions.ts'

/** How an entry is named: by its hash, or by the arguments of the call. */
export interface EntryName {
  readonly hash?: string | undefined
  /** The arguments as a JSON array, for functions with the default key and hash. */
  readonly args?: string | undefined
}

/** The hash that is meant. */
export function hashIn({ hash, args }: EntryName): string {
  if (hash !== undefined) return hash
  if (args === undefined) throw new Refusal('which entry? Name its hash, or the arguments of the call: --args "[3]"')
  let list: unknown
  try {
    list = JSON.parse(args)
  } catch (error) {
    throw new Refusal(`--args must be a JSON array: ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) throw new Refusal('--args must be a JSON array, such as --args "[3]"')
  return sha256(canonical(list))
}

/** The entry, or the end of the command with exit code 1. A damaged one is called damaged. */
export async function find(adapter: StoreAdapter, funcname: string, name: EntryName): Promise<Entry> {
  let trouble = ''
  const store: Store = adapter.open(funcname, { report: (problem) => (trouble = `: ${problem.message}`) })
  const hash = await wholeHash(store, hashIn(name))
  const entry = await store.get(hash)
  if (entry !== undefined) return entry
  if (trouble === '') await refuseUnknown(adapter, funcname)
  throw new Refusal(`${oneLine(funcname)} has no entry ${oneLine(hash)}${trouble}`, EXIT.no)
}

/** The hash that begins so, where it was copied from a table that had no room for all of it: then it ends in `…`. */
export async function wholeHash(store: Store, hash: string): Promise<string> {
  if (!hash.endsWith('…')) return hash
  const start = hash.slice(0, -1)
  const found: string[] = []
  for await (const head of store.heads()) if (head.hash.startsWith(start)) found.push(head.hash)
  if (found.length > 1) throw new Refusal(`${entries(found.length)} begin with ${oneLine(start)}`)
  return found[0] ?? hash
}
