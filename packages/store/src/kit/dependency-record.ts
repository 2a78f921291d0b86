import type { Entry } from '../contract.ts'

/** The namespace, in every store, of what each version of each function depends on. No function can have this name. */
export const DEPENDENCY_NAMESPACE = '~code'

const FORMAT = 1

/** One thing that results depend on, such as a file or a package, with a digest of its content. */
export interface RecordedPart {
  readonly name: string
  readonly digest: string
}

/** What one version of a function depends on. */
export interface DependencyRecord {
  readonly funcname: string
  readonly version: string
  readonly parts: readonly RecordedPart[]
  /** When a process last began to compute results of this version, in milliseconds since 1970. */
  readonly at: number
}

/** The entry that keeps a record. `hash` identifies the function and its version. */
export function dependencyEntry({ funcname, version, parts, at }: DependencyRecord, hash: string): Entry {
  const pairs = parts.map(({ name, digest }) => [name, digest])
  return { hash, createdAt: at, payload: JSON.stringify({ v: FORMAT, funcname, version, parts: pairs }) }
}

/** The record in an entry; `undefined` if it has another format. */
export function readDependencyRecord({ payload, createdAt }: Entry): DependencyRecord | undefined {
  if (typeof payload !== 'string') return undefined
  let json: { readonly v?: unknown; readonly funcname?: unknown; readonly version?: unknown; readonly parts?: unknown }
  try {
    json = JSON.parse(payload)
  } catch {
    return undefined
  }
  const { v, funcname, version, parts } = json ?? {}
  if (v !== FORMAT || typeof funcname !== 'string' || typeof version !== 'string') return undefined
  if (!Array.isArray(parts) || !parts.every(isPair)) return undefined
  return { funcname, version, parts: parts.map(([name, digest]) => ({ name, digest })), at: createdAt }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}
