import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry, ListedHead, Store, StoreAdapter } from '@persist/store'
import { unmarkedHash } from '@persist/store/kit'
import { CliError, EXIT } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { entries } from '../output/format.ts'
import { requireFunction } from './functions.ts'

/** Names an entry by its hash or by the arguments of its call. */
export interface EntryName {
  readonly hash?: string | undefined
  /** The arguments as a JSON array, for functions with the default key and hash. */
  readonly args?: string | undefined
}

/** The hash of the named entry. */
export function hashIn({ hash, args }: EntryName): string {
  if (hash !== undefined) return hash
  if (args === undefined) throw new CliError('which entry? Pass its hash, or the arguments of its call: --args "[3]"')
  let list: unknown
  try {
    list = JSON.parse(args)
  } catch (error) {
    throw new CliError(`--args must be a JSON array, such as --args '[3,"a"]': ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) throw new CliError('--args must be a JSON array, such as --args "[3]"')
  return sha256(canonical(list))
}

/** Returns the named entry. Throws an error with exit code 1 if there is none or it is damaged. */
export async function find(adapter: StoreAdapter, funcname: string, name: EntryName): Promise<Entry> {
  let reason = ''
  const store: Store = adapter.open(funcname, { report: (problem) => (reason = `: ${problem.message}`) })
  const hash = await wholeHash(store, hashIn(name))
  const entry = await store.get(hash)
  if (entry !== undefined) return entry
  const [newest] = name.args === undefined ? [] : await versionsOf(store, hash)
  const ofVersion = newest === undefined ? undefined : await store.get(newest)
  if (ofVersion !== undefined) return ofVersion
  if (reason === '') await requireFunction(adapter, funcname)
  throw new CliError(
    `${oneLine(funcname)} has no entry ${oneLine(hash)}${reason || (await adviceFor(store, funcname, name))}`,
    EXIT.no,
  )
}

async function adviceFor(store: Store, funcname: string, { hash, args }: EntryName): Promise<string> {
  if (args !== undefined) return `. The nearest stored call: persist why ${oneLine(funcname)} --args …`
  if (!/^[\w-]{4,42}$/.test(hash ?? '')) return ''
  const [meant, ...others] = await hashesFrom(store, hash!)
  return meant === undefined || others.length > 0 ? '' : `. Did you mean ${meant}?`
}

/** The hashes of the results of one call that are stored beside each other, one for each version. The newest comes first. */
export async function versionsOf(store: Store, hash: string): Promise<string[]> {
  const found: ListedHead[] = []
  for await (const head of store.heads()) {
    if (head.hash !== hash && unmarkedHash(head.hash) === hash) found.push(head)
  }
  return found.sort((a, b) => b.createdAt - a.createdAt).map((head) => head.hash)
}

/** Completes a hash that was copied from a narrow table, where it was cut and ends in `…`. */
export async function wholeHash(store: Store, hash: string): Promise<string> {
  if (!hash.endsWith('…')) return hash
  const start = hash.slice(0, -1)
  const found = await hashesFrom(store, start)
  if (found.length > 1) throw new CliError(`${entries(found.length)} begin with ${oneLine(start)}`)
  return found[0] ?? hash
}

async function hashesFrom(store: Store, start: string): Promise<string[]> {
  const found: string[] = []
  for await (const head of store.heads()) if (head.hash.startsWith(start)) found.push(head.hash)
  return found
}
