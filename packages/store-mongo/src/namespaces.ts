import type { Filter } from 'mongodb'
import type { EntryDocument } from './document.ts'
import { whoseId } from './ids.ts'
import type { Place } from './place.ts'

/** The namespaces that have entries, found by leaping from one to the next: each costs two questions or three. */
export async function* namespacesIn(place: Place): AsyncGenerator<string> {
  const deed = { operation: 'namespaces' }
  const first = (filter: Filter<EntryDocument>) =>
    place.ask(deed, (entries) => entries.findOne(filter, { sort: { _id: 1 }, projection: { _id: 1 } }))
  for (let start = ''; ; ) {
    const found = await first({ _id: { $gte: start } })
    if (found === null) return
    const id = String(found._id)
    const whose = whoseId(id)
    start = whose?.end ?? `${id}\0`
    if (!whose?.isEntry || whose.namespace === undefined) continue
    // A document without `gen` is only a lease.
    if ((await first({ _id: { $gte: id, $lt: start }, gen: { $exists: true } })) !== null) yield whose.namespace
  }
}
