import { inspect } from 'node:util'
import { canonical } from '@persist/key'
import type { ListedHead, Store } from '@persist/store'
import { differences, differingParts, nearestHead } from '@persist/store/kit'
import { decodePayload } from './decode.ts'

/** How many of the newest entries are compared. */
const COMPARED = 1_000

/** The stored call that is nearest to another one. */
export interface Nearest {
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly differs: readonly string[]
}

/** The entry among the newest whose arguments differ least. */
export async function nearestTo(store: Store, args: readonly unknown[], hash: string): Promise<Nearest | undefined> {
  const heads: ListedHead[] = []
  for await (const head of store.heads()) {
    if (head.hash === hash) continue
    heads.push(head)
    // A listing has no order: now and then only the newest are kept.
    if (heads.length >= 2 * COMPARED) keepNewest(heads)
  }
  keepNewest(heads)
  const keys = new Map<ListedHead, unknown>()
  for (const head of heads) {
    const key = head.key === undefined ? undefined : await decodePayload(head.key)
    if (key?.kind === 'value') keys.set(head, key.value)
  }
  const canonicalKey = canonical(args)
  const found = nearestHead(heads, (head) => {
    if (keys.has(head)) return differences(keys.get(head), args, textOf)
    return head.keyParts === undefined ? undefined : differingParts(canonicalKey, head.keyParts)
  })
  return found && { hash: found.head.hash, createdAt: found.head.createdAt, differs: found.differs }
}

function keepNewest(heads: ListedHead[]): void {
  heads.sort((a, b) => b.createdAt - a.createdAt)
  heads.length = Math.min(heads.length, COMPARED)
}

function textOf(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY })
}
