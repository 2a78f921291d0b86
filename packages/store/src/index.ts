export type {
  Bounds,
  Entry,
  Head,
  Lease,
  LeaseOptions,
  ListedHead,
  Listing,
  Mode,
  OpenOptions,
  Reply,
  Store,
  StoreAdapter,
  Supports,
} from './contract.ts'
export { redactUrl } from './redact.ts'
