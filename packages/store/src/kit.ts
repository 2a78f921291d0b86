/**
 * What every store needs: the check of its options, errors, encodings, and the watch over leases of others.
 *
 * @module @persist/store/kit
 */

export {
  checkStoreOptions,
  NOT_NEGATIVE_MS,
  type OptionChecks,
  POSITIVE_MS,
  type Resolved,
  TRUE_OR_FALSE,
} from './check-options.ts'
export { Answers } from './kit/answers.ts'
export { changesBetween } from './kit/changes.ts'
export {
  DEPENDENCY_NAMESPACE,
  type DependencyRecord,
  dependencyEntry,
  type RecordedPart,
  readDependencyRecord,
} from './kit/dependency-record.ts'
export { differences } from './kit/differences.ts'
export {
  absoluteFolder,
  type EntryFacts,
  entryDamaged,
  entryTooLarge,
  mayPass,
  type Operation,
  operationFailed,
  operationOn,
  refusedUrl,
  withoutSecrets,
} from './kit/errors.ts'
export { fitsHeadField, type HeadFieldOf, headFieldsOf, readHead, storedHead } from './kit/head.ts'
export { CALL, type CallName, callNameOf, type Input, inputOf, inputTitle } from './kit/inputs.ts'
export { differingParts, keyPartsOf } from './kit/key-parts.ts'
export { LeaseObserver, type LeaseObserverOptions } from './kit/lease-observer.ts'
export { type LeaseRecord, leaseHolder, readLeaseRecord } from './kit/lease-record.ts'
export { type KeyDifference, nearestHead } from './kit/nearest-head.ts'
export { decodePayload, isWellFormed, type PayloadEncoding, payloadEncoding } from './kit/payload.ts'
export { readOnlyAdapter, readOnlyStore } from './kit/read-only.ts'
export { type LeaseLook, RecordObserver, type RecordObserverOptions } from './kit/record-observer.ts'
export type { Seen } from './kit/seen.ts'
export { lookAgain, type Silence, silentFor } from './kit/silence.ts'
export { type Bounded, surplusOf } from './kit/surplus.ts'
export { TimeoutError, withTimeout } from './kit/timeout.ts'
export { isTrustedId, trustedIds, trustedMs } from './kit/trusted.ts'
export { hasMark, markedHash, unmarkedHash } from './kit/version-mark.ts'
