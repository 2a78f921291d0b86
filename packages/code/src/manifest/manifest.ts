import type { DependencyState } from '@persist/core'
import type { FileRecord, FileRecords } from '../closure/file-records.ts'
import { digestOf } from '../files/digest.ts'
import type { Observation } from '../files/look.ts'
import type { ManifestFolder } from './manifest-folder.ts'

/** Counts up whenever a digest is made in another way, or a field has another meaning. */
const FORMAT = 16

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

/** Reads the manifest under a name; `undefined` if there is none, or it is damaged: then a digest does not fit. */
export function readManifest(folder: ManifestFolder, name: string): Manifest | undefined {
  const [head, found, records, ...more] = folder.read(name)?.split('\n') ?? []
  if (head !== `${FORMAT} ${digestOf(found ?? '')} ${records?.length}` || more.length > 0) return undefined
  try {
    const { observations, state, basis } = JSON.parse(found!)
    return { observations: observations ?? undefined, state, basis, records: () => readRecords(records!) }
  } catch {
    return undefined
  }
}

function readRecords(line: string): FileRecords {
  const [digest, json = ''] = line.split(' ', 1).concat(line.slice(line.indexOf(' ') + 1))
  if (digest !== digestOf(json)) return new Map()
  try {
    return new Map<string, FileRecord>(JSON.parse(json))
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
