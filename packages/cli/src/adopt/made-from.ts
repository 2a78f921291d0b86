import type { Head, StoreAdapter } from '@persist/store'
import { changesBetween } from '@persist/store/kit'
import { type InputTree, inputTree } from '../entries/inputs.ts'
import { type KnownVersion, recordOf, recordsOf } from './records.ts'

/** What an entry was made from, and what has changed since. */
export interface MadeFrom {
  /** The names of what its version depends on. Absent: not recorded. */
  readonly parts?: readonly string[]
  /** What it has read and called, with `trace`. Absent: not recorded. */
  readonly inputs?: InputTree
  /** What differs in the current version; empty: it is the current one. Absent: not known. */
  readonly changed?: readonly string[]
}

/**
 * What an entry was made from, as programs noted it in the store.
 *
 * @param current the current version. Default: the one that a program used last.
 */
export async function madeFrom(
  adapter: StoreAdapter,
  funcname: string,
  head: Head,
  current?: KnownVersion,
): Promise<MadeFrom> {
  const { version } = head
  const now = current ?? (await recordsOf(adapter, funcname)).sort((a, b) => b.at - a.at)[0]
  const record = version === undefined ? undefined : await recordOf(adapter, funcname, version)
  const parts = record?.parts.map(({ name }) => name)
  const inputs = await inputTree(adapter, head)
  return { ...(parts && { parts }), ...(inputs && { inputs }), ...changedIn(version, record, now) }
}

function changedIn(
  version: string | undefined,
  record: KnownVersion | undefined,
  now: KnownVersion | undefined,
): Pick<MadeFrom, 'changed'> {
  if (now === undefined) return {}
  if (now.version === version) return { changed: [] }
  const changes = record === undefined ? [] : changesBetween(record.parts, now.parts)
  return { changed: changes.length > 0 ? changes : ['the option version'] }
}
