import { types } from 'node:util'
import type { Entry, Head } from '@persist/store'
import { isThenable } from '../runtime/thenable.ts'

/** What a store has to reply to a verb, in words and as a test: a store of one's own may have a fault. */
export interface Reply {
  readonly what: string
  readonly fits: (reply: unknown) => boolean
}

/** Of `delete`, `publish` and `hasDeleted`. */
export const YES_OR_NO: Reply = { what: 'true or false', fits: (reply) => typeof reply === 'boolean' }

/** Of `clear`, `prune` and `deleteByTag`. */
export const COUNT: Reply = { what: 'a number', fits: isNumber }

/** Of `mark`. */
export const MARK: Reply = { what: 'a string', fits: (reply) => typeof reply === 'string' }

/** Of `stats`. */
export const STATS: Reply = {
  what: 'an object with the numbers entries and bytes',
  fits: (reply) => isObject(reply) && isNumber(reply.entries) && isNumber(reply.bytes),
}

/** Of `getMany`; `null` in its place says that there is none. */
export function listOf(length: number): Reply {
  return {
    what: `an array of ${length}`,
    fits: (reply) => reply === null || (Array.isArray(reply) && reply.length === length),
  }
}

/** A listing, which must be there at once: a promise of one that rejects must not end the process. */
export function listed<T extends object>(listing: T): T {
  if (isThenable(listing)) listing.then(undefined, () => {})
  if (isObject(listing) && (Symbol.iterator in listing || Symbol.asyncIterator in listing)) return listing
  throw new TypeError('the reply must be an iterable, at once')
}

/** Whether it can be judged. */
export function isHead(head: unknown): head is Head {
  if (!isObject(head) || typeof head.hash !== 'string' || !isNumber(head.createdAt)) return false
  return head.expiresAt === undefined || isNumber(head.expiresAt)
}

/** Whether it can be judged and read. */
export function isEntry(entry: unknown): entry is Entry {
  if (!isHead(entry)) return false
  const { payload } = entry as Partial<Entry>
  return typeof payload === 'string' || types.isUint8Array(payload)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}
