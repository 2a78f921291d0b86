import assert from 'node:assert/strict'
import type { Store, TagFence } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, hashesIn, plain } from './samples.ts'

const HOSTILE = ['red', 'RED', 're', 'red ', 'red,green', '$where', '__proto__', 'a\nb', '', '*', 'é', 'e\u0301', '😀']
/** Half surrogate pairs, which are one and the same in UTF-8. */
const HALVES = ['\ud83d', '\ude00', '\ud800']

/** Deletions by tag have an order, which every adapter of the place sees. */
export const tagFence: Behaviors = {
  'a deletion by tag after a mark is seen by all, and one before it is not': needs(
    'tagFence',
    async ({ store, twin }) => {
      const [here, there] = [fence(store), fence(await twin())]
      const first = await here.mark()
      assert.equal(await here.hasDeleted(first, ['red']), false)
      assert.equal(await there.hasDeleted(first, ['red']), false)
      await there.record('red')
      const second = await here.mark()
      const third = await there.mark()
      for (const one of [here, there]) {
        assert.equal(await one.hasDeleted(first, ['red']), true, 'a deletion after the mark was not seen')
        assert.equal(await one.hasDeleted(second, ['red']), false, 'a deletion before the mark was seen')
        assert.equal(await one.hasDeleted(third, ['red']), false, 'a deletion before the mark was seen')
      }
      await here.record('red')
      for (const mark of [first, second, third]) assert.equal(await there.hasDeleted(mark, ['red']), true)
    },
  ),

  'only the tags that are asked for count, whatever they look like': needs('tagFence', async ({ store }) => {
    const tags = [...HOSTILE, ...HALVES]
    for (const [index, tag] of tags.entries()) {
      const mark = await fence(store).mark()
      await fence(store).record(tag)
      const others = tags.filter((_, other) => other !== index)
      assert.equal(await fence(store).hasDeleted(mark, others), false, `${JSON.stringify(tag)} counted for another tag`)
      assert.equal(await fence(store).hasDeleted(mark, [...others, tag]), true, `${JSON.stringify(tag)} did not count`)
      assert.equal(await fence(store).hasDeleted(mark, []), false)
    }
  }),

  'a deletion by tag counts in its own namespace alone': needs('tagFence', async ({ store, open }) => {
    const other = fence(open('conformance-other'))
    const [mark, otherMark] = [await fence(store).mark(), await other.mark()]
    await other.record('red')
    assert.equal(await fence(store).hasDeleted(mark, ['red']), false)
    assert.equal(await other.hasDeleted(otherMark, ['red']), true)
  }),

  'no deletion by tag is missed when many come at the same time': needs('tagFence', async ({ store, twin }) => {
    const fences = [fence(store), fence(await twin())]
    const mark = await fences[0]!.mark()
    const tags = Array.from({ length: 100 }, (_, number) => `tag-${number}`)
    await Promise.all(tags.map((tag, number) => fences[number % 2]!.record(tag)))
    for (const tag of tags) {
      for (const one of fences) assert.equal(await one.hasDeleted(mark, [tag]), true, `${tag} was missed`)
    }
    const after = await fences[1]!.mark()
    assert.equal(await fences[0]!.hasDeleted(after, tags), false)
  }),

  'an old mark is never answered with no, however many deletions followed': needs('tagFence', async ({ store }) => {
    const mark = await fence(store).mark()
    await fence(store).record('red')
    for (let number = 0; number < 1000; number++) await fence(store).record(`tag-${number}`)
    assert.equal(await fence(store).hasDeleted(mark, ['red']), true)
    assert.equal(await fence(store).hasDeleted(mark, ['tag-999']), true)
  }),

  'set, delete, clear and prune leave the order of deletions as it is': needs('tagFence', async ({ store }) => {
    const acts: Record<string, () => unknown> = {
      set: () => store.set({ ...plain('a'), tags: ['red'] }),
      delete: () => store.delete('a'),
      clear: () => store.clear(),
      prune: () => store.prune(0, { maxEntries: 0 }),
    }
    for (const [method, act] of Object.entries(acts)) {
      const before = await fence(store).mark()
      await fence(store).record('red')
      const between = await fence(store).mark()
      await act()
      assert.equal(await fence(store).hasDeleted(before, ['red']), true, `${method} has wiped a deletion out`)
      assert.equal(await fence(store).hasDeleted(between, ['red']), false, `${method} counted as a deletion by tag`)
      await fence(store).record('red')
      assert.equal(await fence(store).hasDeleted(between, ['red']), true, `after ${method} a deletion was not seen`)
    }
  }),

  'a string that is no mark of this store is answered with yes': needs('tagFence', async ({ store }) => {
    await fence(store).record('red')
    for (const text of ['', 'no mark', '-1', 'NaN', '9'.repeat(15), `${await fence(store).mark()}x`]) {
      assert.equal(await fence(store).hasDeleted(text, ['green']), true, `${JSON.stringify(text)} was taken for a mark`)
    }
  }),

  'the record of deletions is no entry, and deletes none': needs('tagFence', async ({ store }) => {
    const entry = { ...plain('a'), tags: ['red'] }
    await store.set(entry)
    await fence(store).mark()
    await fence(store).record('red')
    assertEntry(await store.get('a'), entry)
    assert.deepEqual(await hashesIn(store.heads()), ['a'])
    assert.deepEqual(await hashesIn(store.entries()), ['a'])
    assert.equal((await store.stats()).entries, 1)
    assert.equal(await store.prune(0, { maxEntries: 1 }), 0)
    assert.equal(await store.clear(), 1)
  }),
}

function fence(store: Store): TagFence {
  assert.ok(store.tagFence, 'a namespace of this store has a `tagFence`, and this one has none')
  return store.tagFence
}
