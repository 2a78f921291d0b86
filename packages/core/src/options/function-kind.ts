import type { AnyFunction } from '../types/functions.ts'

/** How a function answers, as far as it is declared. One that merely returns a promise is a `'function'`. */
export type FunctionKind = 'function' | 'async function' | 'generator' | 'async generator'

/** The kind of a function. */
export function kindOf(fn: AnyFunction): FunctionKind {
  switch (Object.prototype.toString.call(fn)) {
    case '[object AsyncFunction]':
      return 'async function'
    case '[object GeneratorFunction]':
      return 'generator'
    case '[object AsyncGeneratorFunction]':
      return 'async generator'
    default:
      return 'function'
  }
}
