import type { DependencyState } from '@persist/core'
import { type FileRecord, type FileRecords, isFileRecord } from '../closure/file-records.ts'
import { digestOf } from '../files/digest.ts'
import type { Observation } from '../files/observer.ts'
import { isTuple } from '../files/stamps.ts'
import type { ManifestFolder } from './manifest-folder.ts'

/** Counts up whenever a digest is made in another way, or a field has another meaning. */
const FORMAT = 1

/** What an earlier search found. It only saves work: a result never depends on it. */
export interface Manifest {
  /** While all of this is as it was, `state` is current. Absent if a file had changed too recently. */
  readonly observations: readonly Observation[] | undefined
  readonly state: DependencyState
  /** The digest of the closure from which `state` was made. */
  readonly basis: string
  /** Used only if `state` is not current. */
  readonly records: () => FileRecords
}

/** Reads the manifest under a name; `undefined` if there is none, or it is damaged. */
export function readManifest(folder: ManifestFolder, name: string): Manifest | undefined {
  const [head, found, records, ...more] = folder.read(name)?.split('\n') ?? []
  if (head !== `${FORMAT} ${digestOf(found ?? '')} ${records?.length}` || more.length > 0) return undefined
  try {
    const { observations, state, basis } = JSON.parse(found!)
    if (!isState(state) || typeof basis !== 'string') return undefined
    if (observations !== null && !(Array.isArray(observations) && observations.every(isObservation))) return undefined
    return { observations: observations ?? undefined, state, basis, records: () => readRecords(records!) }
  } catch {
    return undefined
  }
}

function readRecords(line: string): FileRecords {
  const [digest, json = ''] = line.split(' ', 1).concat(line.slice(line.indexOf(' ') + 1))
  if (digest !== digestOf(json)) return new Map()
  try {
    const pairs: unknown = JSON.parse(json)
    const isPair = (pair: unknown) => Array.isArray(pair) && typeof pair[0] === 'string' && isFileRecord(pair[1])
    return Array.isArray(pairs) && pairs.every(isPair) ? new Map(pairs as [string, FileRecord][]) : new Map()
  } catch {
    return new Map()
  }
}

/** Writes a manifest in one step. A failure only costs the next process time. */
export function writeManifest(folder: ManifestFolder, name: string, manifest: Manifest): void {
  const { observations = null, state, basis, records } = manifest
  const found = JSON.stringify({ observations, state, basis })
  const json = JSON.stringify([...records()])
  const line = `${digestOf(json)} ${json}`
  folder.write(name, `${FORMAT} ${digestOf(found)} ${line.length}\n${found}\n${line}`)
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
