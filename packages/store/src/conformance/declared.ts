import assert from 'node:assert/strict'
import type { Behaviors } from './harness.ts'
import { defaultHash, plain } from './samples.ts'

/** What the adapter says of itself is so. */
export const declared: Behaviors = {
  'mode is sync or async, and every reply is in that mode': async ({ adapter, store }) => {
    assert.ok(adapter.mode === 'sync' || adapter.mode === 'async', `mode is ${adapter.mode}`)
    const methods: Record<string, () => unknown> = {
      set: () => store.set(plain('a')),
      get: () => store.get('a'),
      ...(adapter.supports.many && { getMany: () => store.getMany!(['a']) }),
      ...(adapter.supports.lease && { lease: () => store.lease!('b', 60_000) }),
      ...(adapter.supports.tags && { deleteByTag: () => store.deleteByTag!('x') }),
      ...(store.tagFence && {
        mark: () => store.tagFence!.mark(),
        record: () => store.tagFence!.record('x'),
        hasDeleted: () => store.tagFence!.hasDeleted('x', ['x']),
      }),
      stats: () => store.stats(),
      prune: () => store.prune(0),
      delete: () => store.delete('a'),
      clear: () => store.clear(),
      ...(adapter.ping && { ping: () => adapter.ping!() }),
    }
    for (const [method, ask] of Object.entries(methods)) {
      const reply = ask()
      const promised = typeof (reply as { then?: unknown } | undefined)?.then === 'function'
      assert.equal(
        promised,
        adapter.mode === 'async',
        `${method} of a store in mode ${adapter.mode} gave ${promised ? 'a' : 'no'} promise`,
      )
      await reply
    }
    const symbol = adapter.mode === 'async' ? Symbol.asyncIterator : Symbol.iterator
    for (const listing of [store.entries(), store.heads()]) {
      assert.equal(
        typeof (listing as unknown as Record<symbol, unknown>)[symbol],
        'function',
        `a listing has no ${String(symbol)}`,
      )
    }
  },

  'supports says yes or no to everything, and the methods that it declares are there': async ({ adapter, store }) => {
    for (const name of ['lease', 'many', 'tags', 'bounds', 'persistent'] as const) {
      assert.equal(typeof adapter.supports[name], 'boolean', `supports.${name} is no boolean`)
    }
    assert.equal(typeof store.lease === 'function', adapter.supports.lease, 'supports.lease against the method lease')
    assert.equal(typeof store.getMany === 'function', adapter.supports.many, 'supports.many against the method getMany')
    assert.equal(
      store.tagFence !== undefined,
      adapter.supports.tagFence === true,
      'supports.tagFence against the store',
    )
    assert.equal(
      typeof store.deleteByTag === 'function',
      adapter.supports.tags,
      'supports.tags against the method deleteByTag',
    )
  },

  'adapters of one place have one name': async ({ adapter, again }) => {
    assert.equal(typeof adapter.name, 'string')
    assert.notEqual(adapter.name, '')
    assert.equal((await again()).name, adapter.name)
  },

  'hashes as core makes them by default are fine': async ({ adapter }) => {
    for (const number of [0, 1, 35, 1e9]) adapter.checkHash?.(defaultHash(number))
    adapter.checkHash?.('2_to_the_power_of_4')
    adapter.checkHash?.('-_-')
  },

  'ping succeeds while the store can be reached': async ({ adapter }) => {
    await adapter.ping?.()
  },
}
