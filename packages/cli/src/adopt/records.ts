import { sha256 } from '@persist/hash'
import type { Entry, StoreAdapter } from '@persist/store'
import {
  DEPENDENCY_NAMESPACE,
  type DependencyRecord,
  dependencyEntry,
  type RecordedPart,
  readDependencyRecord,
} from '@persist/store/kit'

/** A version of a function, and what it depends on. The first part is the function itself. */
export type KnownVersion = Pick<DependencyRecord, 'version' | 'parts'>

/** Every version of the function that a program noted in the store. */
export async function recordsOf(adapter: StoreAdapter, funcname: string): Promise<DependencyRecord[]> {
  const found: DependencyRecord[] = []
  for await (const entry of adapter.open(DEPENDENCY_NAMESPACE).entries() as AsyncIterable<Entry>) {
    const record = readDependencyRecord(entry)
    if (record?.funcname === funcname) found.push(record)
  }
  return found
}

/** What one version of the function depended on. */
export async function recordOf(
  adapter: StoreAdapter,
  funcname: string,
  version: string,
): Promise<DependencyRecord | undefined> {
  const entry = await adapter.open(DEPENDENCY_NAMESPACE).get(nameOf(funcname, version))
  return entry === undefined ? undefined : readDependencyRecord(entry)
}

/** Notes a version as the one that was used last, as a program does with its first miss. */
export async function writeRecord(adapter: StoreAdapter, record: DependencyRecord): Promise<void> {
  const entry = dependencyEntry(record, nameOf(record.funcname, record.version))
  await adapter.open(DEPENDENCY_NAMESPACE).set(entry)
}

function nameOf(funcname: string, version: string): string {
  return sha256(JSON.stringify([funcname, version]))
}

/** The names of the parts that are new, gone, or have another digest. Wiring counts if nothing else differs. */
export function changedParts(before: KnownVersion, now: KnownVersion): string[] {
  const key = ({ name, digest }: RecordedPart) => `${name}\n${digest}`
  const [old, current] = [new Set(before.parts.map(key)), new Set(now.parts.map(key))]
  const gone = before.parts.filter((part) => !current.has(key(part)))
  const added = now.parts.filter((part) => !old.has(key(part)))
  const names = [...new Set([...added, ...gone].map(({ name }) => name))]
  const own = names.filter((name) => name !== 'imports')
  if (own.length > 0) return own.sort()
  return names.length > 0 ? names : ['the option version']
}
