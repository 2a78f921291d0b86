import { OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { markedHash, unmarkedHash } from '@persist/store/kit'
import type { Context } from '../context.ts'
import { requireSync } from '../runtime/require-sync.ts'
import { isBytecode, lacksSource, sourceOf, textOf } from '../source/source-text.ts'
import type { Dependency, DependencyPart, DependencyState } from '../types/dependency.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** The version of a function, and what it was made of. */
interface Versioned {
  readonly version: string | undefined
  readonly dependencies: () => readonly DependencyPart[]
  /** The version contains more than the source of functions, so the store notes what. */
  readonly isRecorded: boolean
}

const NO_PARTS: readonly DependencyPart[] = []

/** The version of a function, made of `version` and `dependsOn`. Entries of another version are misses. */
export function versionOf(original: AnyFunction, { version, dependsOn }: AnyOptions, namespace: string): Versioned {
  if (dependsOn === undefined) return { version, dependencies: () => NO_PARTS, isRecorded: false }
  const subjects = [original, ...dependsOn] as (AnyFunction | Dependency)[]
  const states = subjects.map((subject) => (typeof subject === 'function' ? subject : stateOf(subject)))
  // The file of bytecode, which `code` covers, stands for the function.
  const isCovered = isBytecode(original) && states.some((state) => typeof state !== 'function')
  // A function counts as its text, so versions without a dependency are as before there were any.
  const sources = states.map((state, i) =>
    typeof state === 'function' ? (isCovered && i === 0 ? '' : checkedText(state)) : [subjects[i]!.name, state.digest],
  )
  return {
    version: `${version ?? ''}#${sha256(JSON.stringify(sources))}`,
    dependencies: () =>
      states.flatMap((state) =>
        typeof state === 'function'
          ? [
              {
                name: state.name || (state === original ? namespace : 'a function without a name'),
                digest: sourceOf(state),
              },
            ]
          : state.parts,
      ),
    isRecorded: states.some((state) => typeof state !== 'function'),
  }
}

/** The function that makes stored hashes: with `versions: 'beside'` they contain the version. */
export function hashWithVersion(
  hash: Context['hash'],
  version: string | undefined,
  versions: AnyOptions['versions'],
): Context['hash'] {
  if (versions !== 'beside' || version === undefined) return hash
  const digest = sha256(version)
  return (key, canonicalKey) => {
    const plain: unknown = hash(key, canonicalKey)
    // Another type is an error, which the caller reports.
    return typeof plain === 'string' ? markedHash(plain, digest) : (plain as string)
  }
}

/** The inverse of the option `hash`, for a stored hash. */
export function unhashWithoutVersion(
  unhash: AnyOptions['unhash'],
  versions: AnyOptions['versions'],
): Context['unhash'] {
  return unhash === undefined || versions !== 'beside' ? unhash : (hash) => unhash(unmarkedHash(hash))
}

function stateOf(dependency: Dependency): DependencyState {
  const state: Partial<DependencyState> | null = requireSync(`the dependency ${dependency.name}`, dependency.read())
  const { digest, parts } = state ?? {}
  if (typeof digest === 'string' && digest !== '' && Array.isArray(parts) && parts.every(isPart)) {
    return { digest, parts }
  }
  throw new OptionError(
    `the dependency ${JSON.stringify(dependency.name)} must read { digest, parts }: a string that is not empty, and an array of { name, digest }`,
    { option: 'dependsOn' },
  )
}

function isPart(part: Partial<DependencyPart> | null): boolean {
  return typeof part?.name === 'string' && typeof part.digest === 'string'
}

/** `@persist/code` marks its functions with an example of a call. */
const TO_CALL = Symbol.for('@persist/core/to-call@1')

function checkedText(fn: AnyFunction): string {
  const example = (fn as { readonly [TO_CALL]?: string })[TO_CALL]
  if (example !== undefined) {
    throw new OptionError(`dependsOn has a function that makes a dependency: call it, as in dependsOn: [${example}]`, {
      option: 'dependsOn',
    })
  }
  if (!lacksSource(fn)) return textOf(fn)
  throw new OptionError(
    `dependsOn cannot follow ${fn.name || 'a native function'}: a function that is bound, a proxy, native or compiled to bytecode has no source. Give the function that was bound or wrapped, or a version`,
    { option: 'dependsOn' },
  )
}
