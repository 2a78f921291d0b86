import type { AnyFunction } from '../types/functions.ts'

/** How a function is declared. A function that returns a promise without being declared async is a `'function'`. */
export type FunctionKind = 'function' | 'async function' | 'generator' | 'async generator'

/** Returns the kind of a function. */
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
