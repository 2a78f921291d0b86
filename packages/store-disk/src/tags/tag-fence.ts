import type { TagFence } from '@persist/store'
import { namespaceTag } from '../folder/layout.ts'
import type { Root } from '../folder/root.ts'
import type { Plan } from '../plan.ts'
import { TagJournal } from './tag-journal.ts'

/**
 * The deletions by tag of a namespace, as core asks for them.
 *
 * @param run runs each verb, and turns errors of the file system into those of the store.
 */
export function tagFence(
  plan: Plan,
  root: Root,
  namespace: string,
  run: <T>(operation: string, verb: () => T) => T,
): TagFence<'sync'> {
  const journal = new TagJournal(plan, root, namespaceTag(namespace))
  return {
    mark: () => run('mark', () => journal.mark()),
    record: (tag) => run('record', () => journal.record(tag)),
    hasDeleted: (mark, tags) => run('hasDeleted', () => journal.hasDeleted(mark, tags)),
  }
}
