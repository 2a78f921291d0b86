/**
 * `PersistError`, its codes and its subclasses.
 *
 * @module @persist/errors
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
  PickleError,
  ReplayMissError,
  StoreError,
  type StoreErrorCode,
  type StoreFacts,
  StoreNotInstalledError,
  UnknownStoreError,
  UnpickleError,
} from './classes.ts'
export { PersistError, type PersistErrorCode } from './persist-error.ts'
