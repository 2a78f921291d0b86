import { hash as digest, randomBytes } from 'node:crypto'

// The deletions by tag of a namespace, in order. Each is added to the end by one write:
//
//   persist-deletions 1 first k3x9q2m1p0aaaaaaaaaaaa⏎      `first`, or `next` where it took the place of an older one
//   ⏎Zm9vYmFyZm9vYmFyZm9vYg⏎                               the digest of a tag, 22 digits, between two line ends
//
// The line end in front keeps a record whole that follows one which a crash has cut off.

const HEADER = /^persist-deletions 1 (first|next) ([A-Za-z0-9_-]{22})\n/
const RECORD = /^[A-Za-z0-9_-]{22}$/

/** A header is no longer. */
export const HEADER_BYTES = 64

/** What distinguishes one journal from another that took its place. */
export interface Header {
  readonly id: string
  /** No journal of the namespace came before. */
  readonly isFirst: boolean
}

/** The text of a new journal. */
export function newHeader(isFirst: boolean): string {
  return `persist-deletions 1 ${isFirst ? 'first' : 'next'} ${randomBytes(16).toString('base64url')}\n`
}

/** The header at the start of a journal; `undefined`: it has none. */
export function parseHeader(text: string): Header | undefined {
  const match = HEADER.exec(text)
  return match === null ? undefined : { id: match[2]!, isFirst: match[1] === 'first' }
}

/** The bytes that note a deletion. */
export function recordOf(tag: string): string {
  return `\n${digestOf(tag)}\n`
}

/** Whether one of the tags was noted in this part of a journal; `true` also for what is no record. */
export function names(part: string, tags: readonly string[]): boolean {
  const wanted = new Set(tags.map(digestOf))
  return part.split('\n').some((line) => line !== '' && (wanted.has(line) || !RECORD.test(line)))
}

function digestOf(tag: string): string {
  // Of the JSON text: UTF-8 would give all lone surrogates one and the same digest.
  return digest('sha256', JSON.stringify(tag), 'base64url').slice(0, 22)
}
