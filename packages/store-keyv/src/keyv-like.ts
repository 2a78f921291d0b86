/** As much of a Keyv instance as is used here, so that any copy and any version from 5 on will do. */
export interface KeyvLike {
  /** The value, or `undefined`. */
  get(key: string): Promise<unknown>
  /** Unlike `get` it does not take a failure for a miss. */
  getRaw?(key: string): Promise<{ readonly value?: unknown } | undefined>
  /** The values, in the order of the keys. */
  getMany?(keys: string[]): Promise<unknown[]>
  /** `ttl` in milliseconds. `false`: it was not stored. */
  set(key: string, value: unknown, ttl?: number): Promise<boolean>
  /** `true`: there was one. */
  delete(key: string): Promise<boolean>
  /** Absent where the storage adapter cannot list. */
  // biome-ignore lint/suspicious/noExplicitAny: as Keyv's own types have it
  readonly iterator?: ((argument?: any) => AsyncIterable<readonly unknown[]>) | undefined
  /** What Keyv makes of what the storage keeps: `{ value, expires }`. */
  deserializeData?(stored: unknown): unknown
  /** Whether the keys in the storage begin with the namespace. */
  readonly useKeyPrefix?: boolean | undefined
  /** Keyv emits here the errors that it does not throw. */
  on?(event: 'error', listener: (error: unknown) => void): unknown
  readonly namespace?: string | undefined
  /** The storage adapter, or a Map. */
  readonly store?: unknown
}

/** A storage adapter of Keyv, as far as it is used here. */
export interface StorageAdapter {
  readonly getMany?: unknown
  readonly namespace?: string | undefined
  iterator?(namespace: string | undefined): AsyncIterable<readonly [key: unknown, stored: unknown]>
  readonly opts?: { readonly dialect?: unknown; readonly url?: unknown }
}

export function isKeyv(value: unknown): value is KeyvLike {
  if (typeof value !== 'object' || value === null) return false
  return (['get', 'set', 'delete'] as const).every((method) => typeof (value as KeyvLike)[method] === 'function')
}

/** Whether many entries come in one round trip: otherwise Keyv would ask for each, and take failures for misses. */
export function readsMany({ store, getMany }: KeyvLike): boolean {
  return typeof getMany === 'function' && typeof (store as StorageAdapter | undefined)?.getMany === 'function'
}

/** What kind of storage it is, and where, by what it says of itself. */
export function storageOf({ store }: KeyvLike): { readonly dialect: string; readonly url: string | undefined } {
  if (store instanceof Map) return { dialect: 'map', url: undefined }
  const { dialect, url } = (store as StorageAdapter | undefined)?.opts ?? {}
  return {
    dialect: typeof dialect === 'string' ? dialect : 'custom',
    url: typeof url === 'string' ? url : undefined,
  }
}
