import type { TagFence } from '@persist/store'
import { namespaceId } from '../folder/layout.ts'
import type { Root } from '../folder/root.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { TagJournal } from './tag-journal.ts'

/**
 * The deletions by tag of a namespace, as core asks for them.
 *
 * @param run runs each method, and turns errors of the file system into those of the store.
 */
export function tagFence(
  options: ResolvedOptions,
  root: Root,
  namespace: string,
  run: <T>(operation: string, act: () => T) => T,
): TagFence<'sync'> {
  const journal = new TagJournal(options, root, namespaceId(namespace))
  return {
    mark: () => run('mark', () => journal.mark()),
    record: (tag) => run('record', () => journal.record(tag)),
    hasDeleted: (mark, tags) => run('hasDeleted', () => journal.hasDeleted(mark, tags)),
  }
}
