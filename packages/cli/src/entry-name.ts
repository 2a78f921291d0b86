import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import { EXIT, Refusal } from './exit.ts'

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

/** The entry, or the end of the command with exit code 1. What is damaged is said to be. */
export async function find(adapter: StoreAdapter, funcname: string, name: EntryName): Promise<Entry> {
  const hash = hashIn(name)
  let trouble = ''
  const store: Store = adapter.open(funcname, { report: (problem) => (trouble = `: ${problem.message}`) })
  const entry = await store.get(hash)
  if (entry === undefined) throw new Refusal(`${funcname} has no entry ${hash}${trouble}`, EXIT.no)
  return entry
}
