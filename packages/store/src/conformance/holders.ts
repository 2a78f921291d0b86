import assert from 'node:assert/strict'
import type { Lease, LeaseHolder, LeaseOptions, Store } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { taken } from './lease.ts'
import { assertEntry, defaultHash, plain } from './samples.ts'

const HASH = defaultHash(1)
const LONG = 60_000
const MINE = plain(HASH, 'mine')
const OTHERS = plain(HASH, "the other one's")

/** A lease has a name, by which it alone can be stolen. */
export const holders: Behaviors = {
  'every lease has an id that no other one has, earlier or later': needs('leaseId', async ({ store, twin, open }) => {
    const other = await twin()
    const ids = [idOf(await open('conformance-other').lease!(HASH, LONG))]
    for (const one of [store, other, store, other]) {
      const lease = await taken(one)
      ids.push(idOf(lease))
      await lease.release()
    }
    ids.push(idOf(await taken(store)))
    ids.push(idOf(await taken(other, { steal: true })))
    ids.push(idOf(await store.lease!(defaultHash(2), LONG)))
    assert.equal(new Set(ids).size, ids.length, `an id was given twice: ${ids}`)
  }),

  'a caller that is refused a lease learns the id of its holder before the reply': needs(
    'leaseId',
    async ({ store, twin }) => {
      const other = await twin()
      const held = await taken(store)
      for (const asker of [other, store, other]) {
        const { lease, met } = await asked(asker)
        assert.equal(lease, undefined)
        assert.deepEqual(met, [{ id: idOf(held) }])
      }
      assert.equal(await held.renew(LONG), true)
      assert.deepEqual((await asked(other)).met, [{ id: idOf(held) }], 'a renewal has changed the id')
    },
  ),

  'a caller that gets a lease is shown no holder': needs('leaseId', async ({ store, twin }) => {
    const other = await twin()
    const first = await asked(store)
    const second = await asked(other, { steal: true })
    const third = await asked(store, { steal: idOf(second.lease) })
    assert.ok(first.lease && second.lease && third.lease)
    assert.deepEqual([first.met, second.met, third.met], [[], [], []])
  }),

  'a holder whose function answers with a promise says so to all who ask, and keeps its lease': needs(
    'promised',
    async ({ store, twin }) => {
      const other = await twin()
      const held = await taken(store)
      await held.promised!()
      const { id } = held
      for (const asker of [other, store]) {
        const { lease, met } = await asked(asker)
        assert.equal(lease, undefined, 'the lease was lost')
        assert.deepEqual(met, [{ ...(id !== undefined && { id }), promised: true }])
      }
      assert.equal(await held.renew(2 * LONG), true)
      assert.equal((await asked(other)).met[0]?.promised, true, 'a renewal has wiped it out')
      await held.promised!()
      assert.equal(await held.publish(plain(HASH, '')), true)
      assertEntry(await other.get(HASH), plain(HASH, ''))
      const next = await taken(store)
      assert.notEqual((await asked(other)).met[0]?.promised, true, 'a later lease took it over')
      await next.release()
    },
  ),

  'a holder that lost its lease says nothing of the next one': needs('promised', async ({ store, twin }) => {
    const other = await twin()
    const lost = await taken(store)
    const next = await taken(other, { steal: true })
    await lost.promised!()
    assert.notEqual((await asked(store)).met[0]?.promised, true)
    assert.equal(await next.renew(LONG), true)
    await next.release()
    await lost.promised!()
    assert.ok(await store.lease!(HASH, LONG), 'a lease that was lost came back')
  }),

  'steal with an id takes the lease from that holder, who cannot publish any more': needs(
    'leaseId',
    async ({ store, twin }) => {
      const other = await twin()
      await store.set(OTHERS)
      const first = await taken(store)
      const second = await taken(other, { steal: idOf(first) })
      assert.equal(await first.renew(LONG), false)
      assert.equal(await first.publish(OTHERS), false)
      await first.release()
      assert.deepEqual((await asked(store)).met, [{ id: idOf(second) }])
      assert.equal(await second.publish(MINE), true)
      assertEntry(await store.get(HASH), MINE)
    },
  ),

  'steal with an id takes nothing where that lease has ended': needs('leaseId', async ({ store, twin }) => {
    const other = await twin()
    const ends: Record<string, (lease: Lease) => unknown> = {
      release: (lease) => lease.release(),
      publish: (lease) => lease.publish(OTHERS),
      set: () => other.set(OTHERS),
      delete: () => other.delete(HASH),
      clear: () => other.clear(),
    }
    for (const [method, end] of Object.entries(ends)) {
      const ended = await taken(store)
      await end(ended)
      const { lease, met } = await asked(other, { steal: idOf(ended) })
      assert.equal(lease, undefined, `a lease that had ended by ${method} was stolen`)
      assert.deepEqual(met, [], `a holder was shown after ${method}, and there is none`)
      await (await taken(store)).release()
    }
    assert.equal((await asked(other, { steal: 'the id of no lease' })).lease, undefined)
  }),

  'steal with an id takes nothing from another holder, who is shown': needs('leaseId', async ({ store, twin }) => {
    const other = await twin()
    const first = await taken(store)
    const second = await taken(other, { steal: idOf(first) })
    for (const steal of [idOf(first), 'the id of no lease', '']) {
      const { lease, met } = await asked(store, { steal })
      assert.equal(lease, undefined, 'the lease of another holder was stolen')
      assert.deepEqual(met, [{ id: idOf(second) }])
    }
    assert.equal(await second.publish(MINE), true)
    assertEntry(await store.get(HASH), MINE)
  }),

  'one of many thieves with one id wins': needs('leaseId', async ({ store, twin }) => {
    const other = await twin()
    for (let round = 0; round < 10; round++) {
      const first = await taken(store)
      const steal = idOf(first)
      const thieves = await Promise.all(
        Array.from({ length: 8 }, (_, thief) => (thief % 2 ? store : other).lease!(HASH, LONG, { steal })),
      )
      const winners = thieves.filter((lease) => lease !== undefined)
      assert.equal(winners.length, 1, `${winners.length} thieves took one lease`)
      assert.equal(await first.publish(OTHERS), false)
      assert.equal(await winners[0]!.publish(MINE), true)
      await store.clear()
    }
  }),

  'exactly one of a thief with an id and a holder who publishes at the same time has the lease': needs(
    'leaseId',
    async ({ store, twin }) => {
      const other = await twin()
      for (let round = 0; round < 10; round++) {
        const first = await taken(store)
        const theft = () => other.lease!(HASH, LONG, { steal: idOf(first) })
        const acts = [() => first.publish(OTHERS), theft] as const
        const [one, two] = await Promise.all(
          (round % 2 ? [...acts].reverse() : acts).map(async (act): Promise<unknown> => act()),
        )
        const [published, stolen] = (round % 2 ? [two, one] : [one, two]) as [boolean, Lease | undefined]
        assert.notEqual(published, stolen !== undefined, `published: ${published}, stolen: ${stolen !== undefined}`)
        if (stolen !== undefined) assert.equal(await stolen.publish(MINE), true)
        assertEntry(await store.get(HASH), published ? OTHERS : MINE)
        await store.clear()
      }
    },
  ),

  'a delete beside a theft ends the lease of either holder': needs('leaseId', async ({ store, twin }) => {
    const other = await twin()
    for (let round = 0; round < 10; round++) {
      await store.set(OTHERS)
      const first = await taken(store)
      const theft = () => other.lease!(HASH, LONG, { steal: idOf(first) })
      const acts = [theft, () => store.delete(HASH)] as const
      const [one, two] = await Promise.all(
        (round % 2 ? [...acts].reverse() : acts).map(async (act): Promise<unknown> => act()),
      )
      const stolen = (round % 2 ? two : one) as Lease | undefined
      assert.equal((await stolen?.publish(MINE)) ?? false, false, 'what was deleted came back')
      assert.equal(await store.get(HASH), undefined)
      await (await taken(store)).release()
    }
  }),
}

function idOf(lease: Lease | undefined): string {
  assert.ok(lease, 'the lease was refused though it is free')
  assert.equal(typeof lease.id, 'string', 'a lease has no id')
  return lease.id!
}

/** Asks for the lease, and keeps what was shown of its holder until the reply. */
async function asked(store: Store, options: LeaseOptions = {}): Promise<{ lease?: Lease; met: LeaseHolder[] }> {
  const met: LeaseHolder[] = []
  const onHeld = ({ id, promised }: LeaseHolder) => void met.push({ id, ...(promised && { promised }) })
  const lease = await store.lease!(HASH, LONG, { ...options, onHeld })
  return { ...(lease && { lease }), met: [...met] }
}
