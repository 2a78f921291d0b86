import { OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { isNative, textOf } from '../source/source-text.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** The version of a function, made of `version` and `dependsOn`. Entries of another version are misses. */
export function versionOf(original: AnyFunction, options: AnyOptions): string | undefined {
  const { version, dependsOn } = options
  if (dependsOn === undefined) return version
  const functions = [original, ...dependsOn] as AnyFunction[]
  for (const fn of functions) refuseNative(fn)
  const sources = functions.map(textOf)
  return `${version ?? ''}#${sha256(JSON.stringify(sources))}`
}

function refuseNative(fn: AnyFunction): void {
  if (!isNative(fn)) return
  throw new OptionError(
    `dependsOn cannot follow ${fn.name || 'a native function'}: a bound or native function has no source. Give the function that was bound`,
    { option: 'dependsOn' },
  )
}
