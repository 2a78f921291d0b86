import { OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { isNative, textOf } from '../source/source-text.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** What `version` and `dependsOn` make of a function: entries of another one are misses. */
export function versionOf(original: AnyFunction, options: AnyOptions): string | undefined {
  const { version, dependsOn } = options
  if (dependsOn === undefined) return version
  for (const one of [original, ...dependsOn]) refuseNative(one as AnyFunction)
  const sources = [original, ...dependsOn].map((one) => textOf(one as AnyFunction))
  return `${version ?? ''}#${sha256(JSON.stringify(sources))}`
}

function refuseNative(one: AnyFunction): void {
  if (!isNative(one)) return
  throw new OptionError(
    `dependsOn cannot follow ${one.name || 'a native function'}: a bound or native function has no text. Name the function that was bound`,
    { option: 'dependsOn' },
  )
}
