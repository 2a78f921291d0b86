import type { AnyFunction, CacheRef, Callable, DefaultCache, DefaultKey, ModeOf, ResultOf } from './functions.ts'
import type { Options } from './options.ts'
import type { Persisted } from './persisted.ts'

/** The options of a function `F`. */
export type OptionsFor<F extends AnyFunction, K, C extends CacheRef> = Options<Parameters<F>, ResultOf<F>, K, C>

/** A method that a decorator accepts. Over an asynchronous store it has to return a promise already. */
type Decoratable<C extends CacheRef> = [ModeOf<C>] extends ['sync']
  ? AnyFunction
  : // biome-ignore lint/suspicious/noExplicitAny: as in AnyFunction
    (this: any, ...args: any[]) => PromiseLike<unknown> | AsyncIterable<unknown>

/**
 * The constraint on a function for `persist`. A constraint with a call signature would type each untyped parameter as `any`,
 * so `(a: number, b = 'x') => b` would return `any`. With `Function`, TypeScript infers such parameters.
 */
// biome-ignore lint/complexity/noBannedTypes: see above
type Given = Function

/** The functions that take the arguments `A`; any function if no option types the arguments. */
type Taking<A extends readonly unknown[]> = 0 extends 1 & A[number]
  ? Given
  : (...args: A extends readonly [...infer Args] ? Args : never) => unknown

/** The result of `persist(options)`: a decorator for methods, and a wrapper for functions. */
export interface PersistWith<A extends readonly unknown[], K, C extends CacheRef, Iterates extends boolean> {
  /**
   * The standard decorator.
   *
   * @typeParam F The method.
   */
  <F extends Decoratable<C>>(method: F, context: ClassMethodDecoratorContext): F
  /**
   * The decorator of `experimentalDecorators`.
   *
   * @typeParam F The method.
   */
  <F extends Decoratable<C>>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>
  /**
   * The wrapper.
   *
   * @typeParam F The function.
   */
  <F extends Taking<A>>(fn: F): Persisted<Callable<F>, K, C, Iterates>
}

/** The forms of `persist`. */
export interface Persist {
  /** `@persist`: the standard decorator, without options. */
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F
  /** `@persist`: the decorator of `experimentalDecorators`, without options. */
  <F extends AnyFunction>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>
  /** `persist(fn, options)` with `storekey`: the cache can be iterated. */
  <F extends Given, K = Parameters<Callable<F>>, const C extends CacheRef = DefaultCache>(
    fn: F,
    options: OptionsFor<Callable<F>, K, C> & { readonly storekey: true },
  ): Persisted<Callable<F>, K, C, true>
  /** `persist(fn, options)` with `unhash`: the cache can be iterated. */
  <F extends Given, K = Parameters<Callable<F>>, const C extends CacheRef = DefaultCache>(
    fn: F,
    options: OptionsFor<Callable<F>, K, C> & { readonly unhash: (hash: string) => K },
  ): Persisted<Callable<F>, K, C, true>
  /** `persist(fn, options)` and `persist(fn)`. */
  <F extends Given, K = Parameters<Callable<F>>, const C extends CacheRef = DefaultCache>(
    fn: F,
    options?: OptionsFor<Callable<F>, K, C>,
  ): Persisted<Callable<F>, K, C, false>
  /** `persist(options)(fn)` and `@persist(options)` with `storekey`. */
  <
    // biome-ignore lint/suspicious/noExplicitAny: without a key no option types the arguments
    A extends readonly unknown[] = any[],
    // biome-ignore lint/suspicious/noExplicitAny: as for the arguments
    V = any,
    K = DefaultKey,
    const C extends CacheRef = DefaultCache,
  >(
    options: Options<A, V, K, C> & { readonly storekey: true },
  ): PersistWith<A, K, C, true>
  /** `persist(options)(fn)` and `@persist(options)` with `unhash`. */
  <
    // biome-ignore lint/suspicious/noExplicitAny: see above
    A extends readonly unknown[] = any[],
    // biome-ignore lint/suspicious/noExplicitAny: see above
    V = any,
    K = DefaultKey,
    const C extends CacheRef = DefaultCache,
  >(
    options: Options<A, V, K, C> & { readonly unhash: (hash: string) => K },
  ): PersistWith<A, K, C, true>
  /** `persist(options)(fn)` and `@persist(options)`. */
  <
    // biome-ignore lint/suspicious/noExplicitAny: see above
    A extends readonly unknown[] = any[],
    // biome-ignore lint/suspicious/noExplicitAny: see above
    V = any,
    K = DefaultKey,
    const C extends CacheRef = DefaultCache,
  >(
    options: Options<A, V, K, C>,
  ): PersistWith<A, K, C, false>
}
