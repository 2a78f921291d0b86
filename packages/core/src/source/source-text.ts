import { sha256 } from '@persist/hash'
import type { AnyFunction } from '../types/functions.ts'

const DIGEST_CHARACTERS = 16

/** On a persisted function: what stands for its text. Well-known, since another copy of core may have made it. */
export const TEXT = Symbol.for('@persist/core/text@1')

/** The source text of a function. Of a persisted one: the text of its original, its version and what it depends on. */
export function textOf(fn: AnyFunction): string {
  const text: unknown = Object.hasOwn(fn, TEXT) ? (fn as { [TEXT]?: unknown })[TEXT] : undefined
  return typeof text === 'string' ? text : Function.prototype.toString.call(fn)
}

/** Tells one text of a function from another. */
export function sourceOf(fn: AnyFunction): string {
  return sha256(textOf(fn)).slice(0, DIGEST_CHARACTERS)
}

/** Whether the function has no text: it is bound, or part of the runtime. */
export function isNative(fn: AnyFunction): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(textOf(fn))
}

/** Whether an option such as `tags: (result, ...args) => …` may look at more than the result. When in doubt: yes. */
export function takesArguments(option: unknown): boolean {
  if (typeof option !== 'function') return false
  if (option.length > 1 || isNative(option as AnyFunction)) return true
  const text = textOf(option as AnyFunction)
  return /\barguments\b/.test(text) || hasFurtherParameters(text)
}

/** Rest parameters and those with a default do not count in `length`. */
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
