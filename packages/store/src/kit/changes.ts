import type { RecordedPart } from './dependency-record.ts'

/** `mathjs@14.0.1`, `@scope/name@1.2.3`. */
const PACKAGE = /^(.+)@([^@]+)$/

/**
 * What differs between two versions, one line for each part: its name, with both versions for a package. Wiring (`imports`)
 * counts if nothing else differs.
 *
 * @example
 * ```ts
 * changesBetween([{ name: 'a@1.0.0', digest: 'x' }], [{ name: 'a@1.0.1', digest: 'y' }])   // ['a 1.0.0 → 1.0.1']
 * ```
 */
export function changesBetween(before: readonly RecordedPart[], now: readonly RecordedPart[]): string[] {
  const [old, current] = [byName(before), byName(now)]
  const changes = [...new Set([...current.keys(), ...old.keys()])].flatMap((name) => {
    const [was, is] = [old.get(name), current.get(name)]
    if (was === undefined) return [is!.version === '' ? `${name} (new)` : `${name} ${is!.version} (new)`]
    if (is === undefined) return [was.version === '' ? `${name} (gone)` : `${name} ${was.version} (gone)`]
    if (was.version !== is.version) return [`${name} ${was.version} → ${is.version}`]
    return was.digests === is.digests ? [] : [name]
  })
  const own = changes.filter((change) => change !== 'imports')
  return own.length > 0 ? own.sort() : changes
}

interface Known {
  readonly version: string
  readonly digests: string
}

/** The parts by their names. A package may be there in several versions. */
function byName(parts: readonly RecordedPart[]): Map<string, Known> {
  const found = new Map<string, Known>()
  for (const part of [...parts].sort((a, b) => (a.name + a.digest < b.name + b.digest ? -1 : 1))) {
    const [, name = part.name, version = ''] = PACKAGE.exec(part.name) ?? []
    const known = found.get(name)
    found.set(name, {
      version: known === undefined ? version : `${known.version}, ${version}`,
      digests: known === undefined ? part.digest : `${known.digests} ${part.digest}`,
    })
  }
  return found
}
