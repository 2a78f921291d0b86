import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PersistEvent, type StoreAdapter, StoreError } from '@persist/core'
import { expect, it } from 'vitest'
import { harness, inBothModes, type MakeStore, withMethods } from './harness.ts'
import { newFolder } from './new-folder.ts'

/** A store whose given methods fail. */
function broken(makeStore: MakeStore, methods: readonly string[], mode: 'sync' | 'async'): StoreAdapter {
  const fail = (method: string) => () => {
    const error = new StoreError('ERR_PERSIST_STORE', `${method} fails`, { store: 'x' })
    if (mode === 'sync') throw error
    return Promise.reject(error)
  }
  return withMethods(makeStore(), Object.fromEntries(methods.map((method) => [method, fail(method)])))
}

inBothModes('a problem that repeats', (makeStore, mode) => {
  it('is reported immediately, then after pauses that double, with the number of problems since', async () => {
    const lines: string[] = []
    const events: PersistEvent[] = []
    let now = 0
    const { persist } = harness({ stderr: (line) => lines.push(line), monotonic: () => now })
    const cache = broken(makeStore, ['get', 'lease', 'set'], mode)
    const f = persist(async (x: number) => x, { funcname: 'f', cache, report: (event) => events.push(event) })
    for (let x = 0; x < 1_000; x++) expect(await f(x)).toBe(x)
    expect(lines).toHaveLength(3)
    for (; now < 10_000; now += 100) await f(now)
    const counts = events.flatMap((event) =>
      event.name === 'problem' && event.operation === 'get' ? [event.count] : [],
    )
    // After 1, 2, 4, … seconds; the counts include every problem.
    expect(counts).toHaveLength(4)
    expect(counts[0]).toBe(1)
    expect(counts[1]).toBeGreaterThan(1_000)
    // Two lookups, the lease and the write.
    expect(f.counters.problems).toBe(4 * (1_000 + 100))
    expect(lines.at(-1)).toMatch(/\d+ times since the last report/)
  })

  it('is one, also of a lease and a write, where the system refuses what both need', async () => {
    for (const refusal of [{ code: 'EROFS' }, { code: 'EACCES' }, { code: 'EPERM' }, { name: 'NotCapable' }]) {
      const refused = (method: string) => () => {
        const cause = Object.assign(new Error('refused'), refusal)
        const error = new StoreError('ERR_PERSIST_STORE', `${method} fails`, { store: 'x' }, { cause })
        if (mode === 'sync') throw error
        return Promise.reject(error)
      }
      const { persist, report, eventNames } = harness({ monotonic: () => 0 })
      const cache = withMethods(makeStore(), { lease: refused('lease'), set: refused('set') })
      const f = persist(async (x: number) => x, { funcname: 'f', cache, report })
      for (const x of [1, 1, 2]) expect(await f(x)).toBe(x)
      expect(eventNames().filter((event) => event === 'problem')).toHaveLength(1)
      expect(f.counters.problems).toBe(6)
    }
  })

  it('is distinguished by its kind and path', async () => {
    const { persist, report, eventNames } = harness({ monotonic: () => 0 })
    const values: unknown[] = [
      { a: () => {} },
      { b: () => {} },
      { a: () => {} },
      { list: [1, () => {}] },
      { list: [() => {}] },
    ]
    const f = persist(async (index: number) => values[index], { funcname: 'f', cache: makeStore(), report })
    for (const index of values.keys()) await f(index)
    // $.a, $.b and $.list[#]
    expect(eventNames().filter((event) => event === 'problem')).toHaveLength(3)
  })
})

inBothModes('a value that cannot be stored', (makeStore) => {
  it('is reported once, and not pickled again on every call of the same key', async () => {
    let pickled = 0
    let now = 0
    const { persist, report, eventNames } = harness({ monotonic: () => now })
    const f = persist(async (x: number) => ({ x, no: () => {} }), {
      funcname: 'f',
      cache: makeStore(),
      report,
      pickle: (value) => {
        pickled++
        throw new TypeError(`not ${typeof value}`)
      },
      unpickle: () => ({ x: 0, no: () => {} }),
    })
    for (let call = 0; call < 100; call++) await f(1)
    expect([pickled, eventNames().filter((event) => event === 'problem').length]).toEqual([1, 1])
    now += 2_000
    await f(1)
    await f(1)
    expect(pickled).toBe(2)
  })

  it('is pickled and stored if the next result has another kind of value there', async () => {
    const { persist, report, eventNames } = harness({ monotonic: () => 0 })
    let runs = 0
    const f = persist(async () => (++runs === 1 ? { when: () => {} } : { when: 'now' }), {
      funcname: 'f',
      cache: makeStore(),
      report,
    })
    await f()
    expect(await f()).toEqual({ when: 'now' })
    expect(await f()).toEqual({ when: 'now' })
    expect(runs).toBe(2)
    expect(eventNames().filter((event) => event === 'write')).toHaveLength(1)
  })

  const deep = (levels: number, inside: unknown): object =>
    levels === 0 ? { inside } : { in: deep(levels - 1, inside) }

  it.each([
    ['whose name is no identifier', (inside: unknown) => ({ 'a b': { inside } })],
    ['that is deep inside', (inside: unknown) => deep(100, inside)],
  ])('for a part %s is pickled and stored when it can be', async (_where, made) => {
    const { persist } = harness({ monotonic: () => 0 })
    let runs = 0
    const f = persist(async () => made(++runs === 1 ? () => {} : runs), { funcname: 'f', cache: makeStore() })
    await f()
    expect([await f(), await f()]).toEqual([made(2), made(2)])
  })
})

it('an unusable folder writes a few lines for a thousand calls', async () => {
  const lines: string[] = []
  const { persist } = harness({ stderr: (line) => lines.push(line), monotonic: () => 0 })
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  chmodSync(file, 0o444)
  const f = persist((x: number) => x, { funcname: 'f', cache: `file://${file}/below` })
  for (let x = 0; x < 1_000; x++) expect(f(x)).toBe(x)
  expect(lines.length).toBeLessThanOrEqual(3)
  expect(lines.length).toBeGreaterThan(0)
})
