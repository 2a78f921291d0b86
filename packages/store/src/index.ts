/**
 * What a store is: the contract, and the registry of URL schemes.
 *
 * @module @persist/store
 */

export { checkStoreOptions, type OptionChecks } from './check-options.ts'
export type {
  Bounds,
  Entry,
  Head,
  Lease,
  LeaseHolder,
  LeaseOptions,
  ListedHead,
  Listing,
  Mode,
  OpenOptions,
  Reply,
  Store,
  StoreAdapter,
  Supports,
  TagFence,
} from './contract.ts'
export { HEAD_FIELDS, type HeadFieldType } from './head-fields.ts'
export { installCommand } from './install-command.ts'
export { KEYV_ADAPTERS, type KeyvAdapter } from './keyv-adapters.ts'
export { nearest } from './nearest.ts'
export { redactUrl } from './redact.ts'
export {
  knownSchemes,
  registeredStore,
  registerStore,
  type SchemeOf,
  type StoreFactory,
  type StoreOptions,
  type StoreSchemes,
} from './registry.ts'
export { afterScheme, schemeOf } from './scheme.ts'
