/**
 * Persistent memoization: `persist`, `persisted`, and the types and errors of stores.
 *
 * @module @persist/core
 */

export {
  CodecError,
  type CodecFacts,
  DuplicateNamespaceError,
  HashCollisionError,
  HashError,
  InputError,
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
export { createPersist, persist, persisted } from './api/persist.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory-store.ts'
export { closeStores, resolveStore } from './stores/resolve.ts'
export type { Observation } from './trace/observation.ts'
export type { InputKind, Recorder, Tracing } from './trace/tracing.ts'
export type { Because, NearestEntry } from './types/because.ts'
export type { Dependency, DependencyPart, DependencyState } from './types/dependency.ts'
export type { MissReason, PersistEvent, PersistEventName, SkipReason } from './types/events.ts'
export type { Explanation } from './types/explanation.ts'
export type {
  AnyFunction,
  CacheRef,
  Callable,
  DefaultCache,
  DefaultKey,
  Duration,
  KeyOf,
  ModeOf,
  ResultOf,
  ReturnInMode,
} from './types/functions.ts'
export type { Many, ManyCalls, ManyOptions, ManyProgress, ManyStreams } from './types/many.ts'
export type {
  KeyMaterial,
  MemoryOptions,
  Options,
  SecretKey,
  SingleFlight,
  StandardResult,
  StandardSchema,
  TraceOptions,
  Verbosity,
} from './types/options.ts'
export type { OptionsFor, Persist, PersistWith } from './types/persist.ts'
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
} from './types/persisted.ts'
export type { Runtime } from './types/runtime.ts'
