import type { StoreAdapter } from './contract.ts'
import { checkedScheme } from './scheme.ts'

/**
 * The options of stores by their schemes. A store adds its own by declaration merging, which costs nothing at run time.
 *
 * @example
 * ```ts
 * declare module '@persist/store' {
 *   interface StoreSchemes { lmdb: LmdbStoreOptions }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the stores, through declaration merging
export interface StoreSchemes {}

/** The options that go with a cache URL: those of its scheme where the type shows it, else open. */
export type StoreOptions<Url extends string = string> = string extends Url
  ? Readonly<Record<string, unknown>>
  : SchemeOf<Url> extends keyof StoreSchemes
    ? StoreSchemes[SchemeOf<Url>]
    : Readonly<Record<string, unknown>>

/** The scheme of a cache URL, as {@link schemeOf} reads it; `string` where the type leaves it open. */
export type SchemeOf<Url extends string> = Url extends `${infer Scheme}://${string}`
  ? IsOpen<Scheme> extends true
    ? string
    : Lowercase<Scheme>
  : Url extends `.${string}` | `/${string}`
    ? 'file'
    : IsOpen<Url> extends true
      ? string
      : 'file'

/** Whether a text type has a part that is not literal: as the key of a record it then is optional. */
type IsOpen<Text extends string> = Record<never, never> extends Record<Text, 1> ? true : false

/** Makes the adapter for a cache URL. Called once for each place; throws for a URL that it cannot read. */
export type StoreFactory<Url extends string = string> = (url: string, options?: StoreOptions<Url>) => StoreAdapter

// Under a well-known symbol: two copies of this package in one process agree about their stores.
const REGISTRY = Symbol.for('@persist/store/schemes@1')

/**
 * Says which store a scheme means, for all copies of `@persist/core` in this process. The last one counts.
 *
 * @throws OptionError if `scheme` is none: letters, digits, `+`, `.` and `-`, a letter first.
 * @example
 * ```ts
 * registerStore('s3', (url) => s3Store(url))
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: 's3://bucket/cache' })
 * ```
 */
export function registerStore<Scheme extends string>(scheme: Scheme, factory: StoreFactory<`${Scheme}://`>): void {
  factories().set(checkedScheme(scheme), factory as StoreFactory)
}

/**
 * What {@link registerStore} was given for the scheme.
 *
 * @example
 * ```ts
 * registeredStore('unknown')   // undefined
 * ```
 */
export function registeredStore(scheme: string): StoreFactory | undefined {
  return factories().get(scheme)
}

/**
 * The schemes that were registered, sorted.
 *
 * @example
 * ```ts
 * registerStore('s3', (url) => s3Store(url))
 * knownSchemes().includes('s3')   // true
 * ```
 */
export function knownSchemes(): string[] {
  return [...factories().keys()].sort()
}

function factories(): Map<string, StoreFactory> {
  const shared = globalThis as { [REGISTRY]?: Map<string, StoreFactory> }
  shared[REGISTRY] ??= new Map()
  return shared[REGISTRY]
}
