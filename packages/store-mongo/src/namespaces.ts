import type { Filter } from 'mongodb'
import type { CollectionAccess } from './collection-access.ts'
import type { EntryDocument } from './entry-codec.ts'
import { ownerOf } from './ids.ts'

/** The namespaces that have entries, found by leaping from one to the next: each costs two questions or three. */
export async function* namespacesIn(access: CollectionAccess): AsyncGenerator<string> {
  const operation = { operation: 'namespaces' }
  const first = (filter: Filter<EntryDocument>) =>
    access.run(operation, (entries) => entries.findOne(filter, { sort: { _id: 1 }, projection: { _id: 1 } }))
  for (let start = ''; ; ) {
    const found = await first({ _id: { $gte: start } })
    if (found === null) return
    const id = String(found._id)
    const whose = ownerOf(id)
    start = whose?.end ?? `${id}\0`
    if (!whose?.isEntry || whose.namespace === undefined) continue
    // A document without `gen` is only a lease.
    if ((await first({ _id: { $gte: id, $lt: start }, gen: { $exists: true } })) !== null) yield whose.namespace
  }
}
