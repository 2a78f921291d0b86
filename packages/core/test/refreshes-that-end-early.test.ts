import { memoryStore } from '@persist/core'
import type { Lease, LeaseOptions } from '@persist/store'
import { expect, it } from 'vitest'
import { chunksOf, gate, harness, runPending, withMethods } from './harness.ts'

/** An async store whose leases are changed by `lease`. */
function withLeases(lease: (taken: Lease<'sync'>, options: LeaseOptions) => Promise<Partial<Lease<'async'>>>) {
  const inner = memoryStore()
  const store = inner.open('f')
  const take = async (hash: string, ms: number, options: LeaseOptions) => {
    const taken = store.lease!(hash, ms, options)
    return taken && { ...taken, ...(await lease(taken, options)) }
  }
  return { ...withMethods(inner, { lease: take }), mode: 'async' as const }
}

it('a refresh of a stream that is left while it takes the lease hands it back', async () => {
  for (const endsBeforeTheReply of [true, false]) {
    const [reply, end] = [gate(), gate()]
    let runs = 0
    const { persist } = harness()
    const chunks = async function* () {
      const run = runs++
      yield run
      await end.passed
      yield run
    }
    const cache = withLeases(async (_, { steal }) => {
      if (typeof steal === 'string') await reply.passed
      return {}
    })
    const f = persist(chunks, { funcname: 'f', cache })
    const older = chunksOf(f.refresh())
    await runPending()
    const controller = new AbortController()
    const newer = chunksOf(f.with({ refresh: true, signal: controller.signal })())
    await runPending()
    controller.abort(new Error('left'))
    await expect(newer).rejects.toThrow('left')
    const gates = endsBeforeTheReply ? [end, reply] : [reply, end]
    for (const { open } of gates) {
      open()
      await runPending()
    }
    expect(await older).toEqual([0, 0])
    expect(await f.peek()).toEqual([0, 0])
  }
})

it('a result that a failed refresh stores in its place is stored also if the refresh after it fails meanwhile', async () => {
  const [reply, ...ends] = [gate(), gate(), gate(), gate()]
  let runs = 0
  let publications = 0
  const { persist } = harness()
  const fn = async () => {
    const run = runs++
    await ends[run]!.passed
    if (run > 0) throw new Error(`run ${run}`)
    return run
  }
  const cache = withLeases(async (taken) => ({
    publish: async (entry) => {
      if (++publications === 2) await reply.passed
      return taken.publish(entry)
    },
  }))
  const f = persist(fn, { funcname: 'f', cache })
  const refreshes: Promise<number>[] = []
  const begin = async () => {
    refreshes.push(f.refresh())
    refreshes.at(-1)!.catch(() => {})
    await runPending()
  }
  await begin()
  await begin()
  ends[0]!.open()
  await runPending()
  // It takes the lease before the failed one stores the result of the first.
  await begin()
  for (const { open } of [ends[1]!, ends[2]!, reply!]) {
    open()
    await runPending()
  }
  expect(await Promise.allSettled(refreshes)).toMatchObject([
    { value: 0 },
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  expect(await f.peek()).toBe(0)
})
