import type { DependencyState } from '@persist/core'
import { type FileRecord, type FileRecords, isFileRecord } from '../closure/file-records.ts'
import { digestOf } from '../files/digest.ts'
import type { Observation } from '../files/observer.ts'
import { isTuple } from '../files/stamps.ts'
import type { ManifestFolder } from './manifest-folder.ts'

/** Counts up whenever a digest is made in another way, or a field has another meaning. */
const FORMAT = 1

/** What an earlier process found. It only saves work: a result never depends on it. */
export interface Manifest {
  /** While all of this is as it was, `state` is current. Absent if a file had changed too recently. */
  readonly observations: readonly Observation[] | undefined
  readonly state: DependencyState
  /** The digest of the closure from which `state` was made. */
  readonly basis: string
  readonly records: FileRecords
}

/** Reads the manifest under a name; `undefined` if there is none, or it is damaged. */
export function readManifest(folder: ManifestFolder, name: string): Manifest | undefined {
  const text = folder.read(name)
  const end = text?.indexOf('\n') ?? -1
  if (text === undefined || end < 0) return undefined
  const body = text.slice(end + 1)
  if (text.slice(0, end) !== `${FORMAT} ${digestOf(body)}`) return undefined
  try {
    const { observations, state, basis, records } = JSON.parse(body)
    if (!isState(state) || typeof basis !== 'string' || !Array.isArray(records)) return undefined
    if (observations !== null && !(Array.isArray(observations) && observations.every(isObservation))) return undefined
    if (!records.every((pair) => typeof pair?.[0] === 'string' && isFileRecord(pair[1]))) return undefined
    return { observations: observations ?? undefined, state, basis, records: new Map<string, FileRecord>(records) }
  } catch {
    return undefined
  }
}

/** Writes a manifest in one step. A failure only costs the next process time. */
export function writeManifest(folder: ManifestFolder, name: string, manifest: Manifest): void {
  const { observations = null, state, basis, records } = manifest
  const body = JSON.stringify({ observations, state, basis, records: [...records] })
  folder.write(name, `${FORMAT} ${digestOf(body)}\n${body}`)
}

function isState(value: Partial<DependencyState> | null): value is DependencyState {
  return (
    typeof value?.digest === 'string' &&
    Array.isArray(value.parts) &&
    value.parts.every((part) => typeof part?.name === 'string' && typeof part.digest === 'string')
  )
}

function isObservation(value: unknown): value is Observation {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [way, path, tuple] = value
  return (way === 'stat' || way === 'lstat') && typeof path === 'string' && (tuple === null || isTuple(tuple))
}
