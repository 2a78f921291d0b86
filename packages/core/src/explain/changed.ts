import { sha256 } from '@persist/hash'
import type { Head } from '@persist/store'
import { changesBetween, DEPENDENCY_NAMESPACE, readDependencyRecord } from '@persist/store/kit'
import { callStore } from '../call/store-guard.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { areComparable } from '../runtime/printed-source.ts'
import { evictOldestKey } from '../state/few-keys.ts'

/** A version made by `dependsOn`: the option `version`, and a digest. */
const WITH_DEPENDENCIES = /^(.*)#([A-Za-z0-9_-]{43})$/s

const known = new WeakMap<Context, Map<string, readonly string[]>>()

/** What has changed since an entry was made, as far as version and source show; each version is looked up once. */
export function* changedSince(context: Context, head: Head): Steps<readonly string[]> {
  const ofContext = known.get(context) ?? new Map<string, readonly string[]>()
  known.set(context, ofContext)
  const name = JSON.stringify([head.version, head.source])
  const before = ofContext.get(name)
  if (before !== undefined) return before
  const changed = yield* findChanged(context, head)
  evictOldestKey(ofContext)
  ofContext.set(name, changed)
  return changed
}

function* findChanged(context: Context, head: Head): Steps<readonly string[]> {
  if (head.version === context.version) return isEdited(context, head) ? [nameOf(context)] : []
  const [was, is] = [partsOf(head.version), partsOf(context.version)]
  const option = was.option === is.option ? [] : [`version ${was.option || 'none'} → ${is.option || 'none'}`]
  if (was.digest === is.digest) return option
  if (was.digest === undefined || is.digest === undefined) return [...option, dependsOnChange(is.digest)]
  const record = yield* recordOf(context, head.version!)
  if (record !== undefined) return [...option, ...changesBetween(record, context.dependencies())]
  // The record is missing, or the version depends on functions only.
  return [...option, isEdited(context, head) ? nameOf(context) : 'dependsOn']
}

function partsOf(version = ''): { readonly option: string; readonly digest: string | undefined } {
  const [, option = version, digest] = WITH_DEPENDENCIES.exec(version) ?? []
  return { option, digest }
}

function dependsOnChange(digest: string | undefined): string {
  return digest === undefined ? 'dependsOn (gone)' : 'dependsOn (new)'
}

/** Whether another source of the function made the entry. */
export function isEdited(context: Context, { source }: Head): boolean {
  return source !== undefined && source !== context.source && areComparable(source, context.source)
}

function nameOf({ original, namespace }: Context): string {
  return original.name || namespace
}

function* recordOf(context: Context, version: string) {
  const { adapter, namespace } = context
  const hash = sha256(JSON.stringify([namespace, version]))
  const read = () => adapter.open(DEPENDENCY_NAMESPACE, { readOnly: true }).get(hash)
  const entry = yield* wait(callStore(context, 'get', hash, read, undefined))
  return entry === undefined || entry === null ? undefined : readDependencyRecord(entry)?.parts
}
