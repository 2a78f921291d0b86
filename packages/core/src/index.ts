/**
 * Persistent memoization: `persist`, `persisted`, and everything that a user of a store needs.
 *
 * @module @persist/core
 */

export {
  DuplicateNamespaceError,
  HashCollisionError,
  HashError,
  KeyError,
  NotPersistedError,
  OptionError,
  PersistError,
  type PersistErrorCode,
  PickleError,
  ReplayMissError,
  StoreError,
  type StoreErrorCode,
  type StoreFacts,
  StoreNotInstalledError,
  UnknownStoreError,
  UnpickleError,
} from '@persist/errors'
export {
  type Bounds,
  type Entry,
  type Head,
  type Lease,
  type LeaseHolder,
  type LeaseOptions,
  type ListedHead,
  type Listing,
  type Mode,
  type OpenOptions,
  type Reply,
  registerStore,
  type Store,
  type StoreAdapter,
  type StoreFactory,
  type StoreOptions,
  type StoreSchemes,
  type Supports,
  type TagFence,
} from '@persist/store'
export type { OptionsFor, Persist, PersistWith } from './face/forms.ts'
export type { Many, ManyCalls, ManyOptions, ManyProgress, ManyStreams } from './face/many.ts'
export { createPersist, persist, persisted } from './face/persist.ts'
export type {
  AsyncView,
  Iteration,
  Lookup,
  Overrides,
  Persisted,
  PersistedCall,
  PersistedMembers,
  Refreshed,
  Stats,
  SyncView,
  View,
} from './face/persisted.ts'
export type {
  AnyFunction,
  CacheRef,
  Callable,
  Coloured,
  DefaultCache,
  DefaultKey,
  Duration,
  KeyOf,
  ModeOf,
  ResultOf,
} from './face/types.ts'
export type {
  MemoryOptions,
  Options,
  SingleFlight,
  StandardResult,
  StandardSchema,
  Verbosity,
} from './plan/options.ts'
export type { Surroundings } from './plan/surroundings.ts'
export { type MemoryStoreOptions, memoryStore } from './store/memory-store.ts'
export { closeStores, resolveStore } from './store/resolve.ts'
export type { MissReason, PersistEvent, PersistEventName, SkipReason } from './telling/events.ts'
