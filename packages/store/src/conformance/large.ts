import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Harness } from './harness.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, assertWhole, collect, plain, writing } from './samples.ts'

const MB = 1_000_000
const LARGEST = 20 * MB

/** Payloads beyond every page, frame and document limit. */
export const large: Behaviors = {
  '1 MB of text and 1 MB of bytes come back': async (harness) => {
    const length = fitting(harness, MB)
    await comesBack(harness, 'ä'.repeat(length / 2))
    await comesBack(harness, randomBytes(length))
  },

  '20 MB of text and 20 MB of bytes come back': async (harness) => {
    const length = fitting(harness, LARGEST)
    await comesBack(harness, 'ä'.repeat(length / 2))
    await comesBack(harness, randomBytes(length))
  },

  'getAsync returns what get returns, for absent, small and large entries': needs('getAsync', async (harness) => {
    const { store } = harness
    assert.equal(await store.getAsync!('a'), undefined)
    for (const payload of ['small', randomBytes(10), randomBytes(fitting(harness, LARGEST))]) {
      await store.set(plain('a', payload))
      assertEntry(await store.getAsync!('a'), plain('a', payload))
    }
  }),

  'a large entry that is replaced by a small one, or deleted, leaves no bytes': async (harness) => {
    const { store } = harness
    const length = fitting(harness, LARGEST)
    await store.set(plain('a', randomBytes(length)))
    await store.set(plain('a', 'small'))
    assertEntry(await store.get('a'), plain('a', 'small'))
    await store.set(plain('a', randomBytes(length)))
    assert.equal((await collect(store.heads())).get('a')?.bytes, length)
    assert.equal(await store.delete('a'), true)
    assert.equal((await collect(store.entries())).size, 0)
    const { entries, bytes } = await store.stats()
    assert.equal(entries, 0)
    assert.ok(bytes < length / 2, `${bytes} bytes are still counted after the only entry was deleted`)
  },

  'a reader never meets half a large entry': async (harness) => {
    const { store, twin } = harness
    const other = await twin()
    const length = fitting(harness, LARGEST)
    await store.set(writing('a', 'x', length))
    for (const mark of ['y', 'z']) {
      const written = store.set(writing('a', mark, length))
      for (let reader = 0; reader < 3; reader++) assertWhole(await other.get('a'), ['x', 'y', 'z'], length)
      await written
      assertWhole(await other.get('a'), [mark], length)
    }
  },

  'a large entry is published like a small one': needs('lease', async (harness) => {
    const { store } = harness
    const length = fitting(harness, LARGEST)
    const held = await store.lease!('a', 60_000)
    assert.equal(await held?.publish(writing('a', 'x', length)), true)
    assertWhole(await store.get('a'), ['x'], length)
    const late = await store.lease!('a', 60_000)
    await store.set(plain('a', 'newer'))
    assert.equal(await late?.publish(writing('a', 'y', length)), false)
    assertEntry(await store.get('a'), plain('a', 'newer'))
  }),

  'a payload over the limit is refused as too large, and the old entry stays': needs(
    'maxPayload',
    async ({ subject, store }) => {
      await store.set(plain('a', 'the old one'))
      const refusal = { code: 'ERR_PERSIST_VALUE_TOO_LARGE' }
      await assert.rejects(async () => store.set(plain('a', randomBytes(subject.maxPayload! + 1))), refusal)
      assertEntry(await store.get('a'), plain('a', 'the old one'))
    },
  ),
}

function fitting({ subject }: Harness, length: number): number {
  return Math.min(length, (subject.maxPayload ?? LARGEST) & ~1)
}

async function comesBack({ store, twin }: Harness, payload: string | Uint8Array): Promise<void> {
  await store.set(plain('a', payload))
  assertEntry(await store.get('a'), plain('a', payload))
  assertEntry(await (await twin()).get('a'), plain('a', payload))
  assertEntry((await collect(store.entries())).get('a'), plain('a', payload))
}
