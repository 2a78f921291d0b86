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
} from '@persist/store'
export type { MissReason, PersistEvent, PersistEventName } from './events.ts'
export type { OptionsFor, Persist, PersistWith } from './forms.ts'
export { type MemoryStoreOptions, memoryStore } from './memory-store.ts'
export type {
  MemoryOptions,
  Options,
  SingleFlight,
  StandardResult,
  StandardSchema,
  Verbosity,
} from './options.ts'
export { createPersist, persist, persisted } from './persist.ts'
export type {
  AsyncView,
  Iteration,
  Lookup,
  Overrides,
  Persisted,
  PersistedCall,
  PersistedMembers,
  Stats,
  SyncView,
  View,
} from './persisted.ts'
export { closeStores, resolveStore } from './resolve.ts'
export type { Surroundings } from './surroundings.ts'
export type {
  AnyFunction,
  CacheRef,
  Coloured,
  DefaultCache,
  DefaultKey,
  Duration,
  KeyOf,
  ModeOf,
  ResultOf,
} from './types.ts'
