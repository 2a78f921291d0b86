import { sha256 } from '@persist/hash'
import { SOURCE_PREFIX } from '../runtime/printed-source.ts'
import type { AnyFunction } from '../types/functions.ts'

const DIGEST_CHARACTERS = 16

/** The property of a persisted function that replaces its text. Well-known: another copy of core may have wrapped it. */
export const TEXT = Symbol.for('@persist/core/text@1')

/** The source text of a function. For a persisted function: that of its original, its version and its `dependsOn`. */
export function textOf(fn: AnyFunction): string {
  const text: unknown = Object.hasOwn(fn, TEXT) ? (fn as { [TEXT]?: unknown })[TEXT] : undefined
  return typeof text === 'string' ? text : Function.prototype.toString.call(fn)
}

/** A digest of the source text of a function, as this runtime prints it. */
export function sourceOf(fn: AnyFunction): string {
  return (SOURCE_PREFIX + sha256(textOf(fn))).slice(0, DIGEST_CHARACTERS)
}

/** Whether the function has no source text: it is bound, or part of the runtime. */
export function isNative(fn: AnyFunction): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(textOf(fn))
}

/** Whether an option such as `tags: (result, ...args) => …` may use more than the result. If unsure, `true`. */
export function takesArguments(option: unknown): boolean {
  if (typeof option !== 'function') return false
  if (option.length > 1 || isNative(option as AnyFunction)) return true
  const text = textOf(option as AnyFunction)
  return /\barguments\b/.test(text) || hasFurtherParameters(text)
}

/** Finds rest parameters and parameters with a default, which `length` does not count. */
function hasFurtherParameters(text: string): boolean {
  const begin = text.indexOf('(')
  const arrow = text.indexOf('=>')
  if (begin === -1 || (arrow !== -1 && arrow < begin)) return false
  let depth = 0
  for (let at = begin; at < text.length; at++) {
    const character = text[at]!
    if ('([{'.includes(character)) depth++
    else if (')]}'.includes(character) && --depth === 0) return false
    else if (depth === 1 && (character === ',' ? !/^,\s*\)/.test(text.slice(at)) : text.startsWith('...', at)))
      return true
  }
  return true
}
