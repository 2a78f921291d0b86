import { types } from '@persist/platform'
import type { Entry, Head } from '@persist/store'
import { isThenable } from '../runtime/thenable.ts'

/** The reply that a method of a store must return, in words and as a check: a custom store may have a bug. */
export interface Reply {
  readonly expected: string
  readonly fits: (reply: unknown) => boolean
}

/** The reply of `delete`, `publish` and `hasDeleted`. */
export const YES_OR_NO: Reply = { expected: 'true or false', fits: (reply) => typeof reply === 'boolean' }

/** The reply of `clear`, `prune` and `deleteByTag`. */
export const COUNT: Reply = { expected: 'a number', fits: isNumber }

/** The reply of `mark`. */
export const MARK: Reply = { expected: 'a string', fits: (reply) => typeof reply === 'string' }

/** The reply of `stats`. */
export const STATS: Reply = {
  expected: 'an object with the numbers entries and bytes',
  fits: (reply) => isObject(reply) && isNumber(reply.entries) && isNumber(reply.bytes),
}

/** The reply of `getMany`; `null` instead of the array means that no entry was found. */
export function arrayOf(length: number): Reply {
  return {
    expected: `an array of ${length}`,
    fits: (reply) => reply === null || (Array.isArray(reply) && reply.length === length),
  }
}

/** Checks that a listing is iterable. If it is a promise, its rejection must not end the process. */
export function checkedListing<T extends object>(listing: T): T {
  if (isThenable(listing)) listing.then(undefined, () => {})
  if (isObject(listing) && (Symbol.iterator in listing || Symbol.asyncIterator in listing)) return listing
  throw new TypeError('the reply must be an iterable or an async iterable, not a promise of one')
}

/** Whether a value has the fields that freshness is checked by. */
export function isHead(head: unknown): head is Head {
  if (!isObject(head) || typeof head.hash !== 'string' || !isNumber(head.createdAt)) return false
  return head.expiresAt === undefined || isNumber(head.expiresAt)
}

/** Whether a value has the fields of a head, and a payload. */
export function isEntry(entry: unknown): entry is Entry {
  if (!isHead(entry)) return false
  const { payload, codecs } = entry as Partial<Entry>
  return (typeof payload === 'string' || types.isUint8Array(payload)) && (codecs === undefined || areStrings(codecs))
}

function areStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}
