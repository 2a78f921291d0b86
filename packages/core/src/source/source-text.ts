import { sha256 } from '@persist/hash'
import { types } from '@persist/platform'
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

// The ends after the text are those of a persisted function without a version.
const NATIVE = /\{\s*\[native code\]\s*\}\s*(?:",null\])?$/
/** Hermes prints this. bytenode leaves white space in place of the source. */
const BYTECODE = /\{\s*\[bytecode\]\s*\}\s*(?:",null\])?$|^[^\w=]*(?:",null\])?$/

/** Whether the function has no source text: it is bound, a proxy, part of the runtime, or there is only its bytecode. */
export function lacksSource(fn: AnyFunction): boolean {
  return NATIVE.test(textOf(fn)) || isBytecode(fn)
}

/** Whether there is only the bytecode of the function, which the runtime does not show. */
export function isBytecode(fn: AnyFunction): boolean {
  return BYTECODE.test(textOf(fn))
}

/** Whether the function is part of the runtime, of an addon or of WebAssembly. Its text has its name; that of a proxy has none. */
export function isNative(fn: AnyFunction): boolean {
  const text = textOf(fn)
  return NATIVE.test(text) && text.startsWith(`function ${fn.name}(`) && !isBound(fn) && !types.isProxy(fn)
}

/** Whether the name and the source of the function may identify it. A function of WebAssembly has a number for a name. */
export function hasIdentity(fn: AnyFunction): boolean {
  return !lacksSource(fn) || (isNative(fn) && !/^\d+$/.test(fn.name))
}

/** Whether the function is bound to an object, so that it cannot depend on how it is called. */
export function isBound(fn: AnyFunction): boolean {
  return fn.name.startsWith('bound ') && NATIVE.test(textOf(fn)) && !types.isProxy(fn)
}

/** Whether an option such as `tags: (result, ...args) => …` may use more than the result. If unsure, `true`. */
export function takesArguments(option: unknown): boolean {
  if (typeof option !== 'function') return false
  if (option.length > 1 || lacksSource(option as AnyFunction)) return true
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
