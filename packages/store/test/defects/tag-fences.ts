import type { Store, TagFence } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { async, type Defects, shared, sync } from './planted.ts'

const SEEN = 'a deletion by tag after a mark is seen by all, and one before it is not'
const OWN = 'only the tags that are asked for count, whatever they look like'

/** Orders of deletions that miss some, or see too many. */
export const tagFences: Defects = {
  'no deletion is noted': fenced(SEEN, () => ({ record() {} })),
  'every deletion counts, earlier ones too': fenced(SEEN, (fence) => ({
    hasDeleted: (_, tags) => fence.hasDeleted('0', tags),
  })),
  'each adapter has an order of its own': sync(SEEN, () => ({
    tagFence: memoryStore().open('alone').tagFence!,
  })),
  'the case of a tag does not count': renamed(OWN, (tag) => tag.toLowerCase()),
  'tags are brought into one form of Unicode': renamed(OWN, (tag) => tag.normalize('NFC')),
  'tags are kept as UTF-8': renamed(OWN, (tag) => Buffer.from(tag).toString('hex')),
  'any tag counts': fenced(OWN, (fence) => ({ hasDeleted: (mark) => Number(mark) < Number(fence.mark()) })),
  'no tags count as any': fenced(OWN, (fence) => ({
    hasDeleted: (mark, tags) => tags.length === 0 || fence.hasDeleted(mark, tags),
  })),
  'one order for all namespaces': sync('a deletion by tag counts in its own namespace alone', (_, { place }) => ({
    tagFence: memoryStore(place).open('all').tagFence!,
  })),
  'one of two at the same time is lost': async(
    'no deletion by tag is missed when many come at the same time',
    (store, { place }) => ({
      tagFence: {
        ...store.tagFence!,
        async record(tag) {
          const noted = (shared(place).get('noted') ?? []) as string[]
          await store.tagFence!.mark()
          shared(place).set('noted', [...noted, tag])
        },
        hasDeleted: async (mark, tags) =>
          tags.some((tag) => ((shared(place).get('noted') ?? []) as string[]).indexOf(tag) >= Number(mark)),
        mark: async () => String(((shared(place).get('noted') ?? []) as string[]).length),
      },
    }),
  ),
  'old deletions are forgotten': sync(
    'an old mark is never answered with no, however many deletions followed',
    (_, { place }) => {
      const noted = (shared(place).get('noted') ?? []) as string[]
      shared(place).set('noted', noted)
      return {
        tagFence: {
          mark: () => String(noted.length),
          record: (tag) => void noted.push(tag),
          hasDeleted: (mark, tags) =>
            noted.slice(Math.max(Number(mark), noted.length - 100)).some((tag) => tags.includes(tag)),
        },
      }
    },
  ),
  'a clear wipes the order out': sync(
    'set, delete, clear and prune leave the order of deletions as it is',
    (store, { place }) => {
      const at = () =>
        memoryStore(`${place} ${(shared(place).get('cleared') as number | undefined) ?? 0}`).open('f').tagFence!
      return {
        clear() {
          shared(place).set('cleared', ((shared(place).get('cleared') as number | undefined) ?? 0) + 1)
          return store.clear()
        },
        tagFence: {
          mark: () => at().mark(),
          record: (tag) => at().record(tag),
          hasDeleted: (mark, tags) => at().hasDeleted(mark, tags),
        },
      }
    },
  ),
  'any text is a mark': fenced('a string that is no mark of this store is answered with yes', (fence) => ({
    hasDeleted: (mark, tags) => (/^\d{1,14}$/.test(mark) ? fence.hasDeleted(mark, tags) : false),
  })),
  'a deletion is an entry': sync('the record of deletions is no entry, and deletes none', (store) => ({
    tagFence: {
      ...fenceOf(store),
      record(tag) {
        store.tagFence!.record(tag)
        store.set({ hash: `deleted ${tag}`, payload: '', createdAt: 0 })
      },
    },
  })),
  'to note a deletion deletes': sync('the record of deletions is no entry, and deletes none', (store) => ({
    tagFence: {
      ...fenceOf(store),
      record(tag) {
        store.tagFence!.record(tag)
        store.deleteByTag!(tag)
      },
    },
  })),
}

/** A store whose order of deletions has some methods replaced by defective ones. */
function fenced(caughtBy: string, alter: (fence: TagFence<'sync'>) => Partial<TagFence<'sync'>>) {
  return sync(caughtBy, (store) => ({ tagFence: { ...fenceOf(store), ...alter(store.tagFence!) } }))
}

function renamed(caughtBy: string, rename: (tag: string) => string) {
  return fenced(caughtBy, (fence) => ({
    record: (tag) => fence.record(rename(tag)),
    hasDeleted: (mark, tags) => fence.hasDeleted(mark, tags.map(rename)),
  }))
}

function fenceOf({ tagFence }: Store<'sync'>): TagFence<'sync'> {
  return {
    mark: () => tagFence!.mark(),
    record: (tag) => tagFence!.record(tag),
    hasDeleted: (mark, tags) => tagFence!.hasDeleted(mark, tags),
  }
}
