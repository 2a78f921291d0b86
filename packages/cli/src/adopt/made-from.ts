import type { Head, StoreAdapter } from '@persist/store'
import { changesBetween } from '@persist/store/kit'
import { InputStates } from '../entries/input-states.ts'
import { inputTree } from '../entries/inputs.ts'
import type { MadeFrom } from '../entries/made-from.ts'
import { type KnownVersion, recordOf, recordsOf } from './records.ts'

/** What an entry is compared with. */
export interface Present {
  /** The current version. Default: the one that a program used last. */
  readonly current?: KnownVersion | undefined
  /** The folder to which the paths of inputs are relative. Default: see {@link InputStates.at}. */
  readonly root?: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What an entry was made from, as programs noted it in the store. */
export async function madeFrom(
  adapter: StoreAdapter,
  funcname: string,
  head: Head,
  { current, root, now: at }: Present,
): Promise<MadeFrom> {
  const { version } = head
  const now = current ?? (await recordsOf(adapter, funcname)).sort((a, b) => b.at - a.at)[0]
  const record = version === undefined ? undefined : await recordOf(adapter, funcname, version)
  const parts = record?.parts.map(({ name }) => name)
  const inputs = await inputTree(adapter, head, () => InputStates.at(root, at))
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
