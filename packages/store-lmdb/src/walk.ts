import type { Database } from 'lmdb'
import type { Environment } from './environment.ts'
import { after, endOf } from './keys.ts'

const PAGE = 500

/** A namespace by the keys that it takes. */
export interface Namespace {
  readonly name: string
  readonly prefix: Buffer
}

/**
 * The keys of the entries of a namespace, page by page: between two pages nothing of LMDB is held, so that a walk may be
 * left, and the store changed or closed, at any moment.
 */
export function* keysIn(environment: Environment, { prefix }: Namespace): Generator<Buffer> {
  const end = endOf(prefix)
  for (let start = prefix; ; ) {
    const page = pageOf(environment.now().entries, start, end)
    yield* page
    if (page.length < PAGE) return
    start = after(page.at(-1)!)
  }
}

/** Removes all that a database has in a namespace; to be called inside a change. */
export function removeRange(database: Database<Buffer, Buffer>, prefix: Buffer): void {
  const end = endOf(prefix)
  for (;;) {
    const page = pageOf(database, prefix, end)
    for (const key of page) database.removeSync(key)
    if (page.length < PAGE) return
  }
}

function pageOf(database: Database<Buffer, Buffer>, start: Buffer, end: Buffer): Buffer[] {
  return [...database.getKeys({ start, end, limit: PAGE })]
}
