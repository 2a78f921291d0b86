import { createPersist, memoryStore } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })

type Bytes = Uint8Array<ArrayBuffer>
const passed = { pickle: (value: Bytes) => value, unpickle: (payload: Bytes) => payload }

for (const [mode, store] of [
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
] as const) {
  describe(`truth over ${mode}`, () => {
    it('a function that changes its arguments cannot change the key', async () => {
      let runs = 0
      const f = persist(
        (list: number[]) => {
          runs++
          return list.pop()
        },
        { funcname: 'f', cache: store(), storekey: true },
      )
      expect([await f([1, 2]), await f([1, 2])]).toEqual([2, 2])
      expect(runs).toBe(1)
    })

    it('an entry written under another key is never served', async () => {
      const f = persist((x: number) => x, { funcname: 'f', cache: store(), hash: () => 'same' })
      await f(1)
      await expect(async () => f(2)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH_COLLISION' }))
    })

    it('an unhash that is no inverse of hash is a collision', async () => {
      const f = persist((x: number) => x, {
        funcname: 'f',
        cache: store(),
        key: (x) => x,
        hash: (x) => `n${x}`,
        unhash: () => 7,
      })
      await expect(async () => f(2)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH_COLLISION' }))
    })

    it('undefined and null are ordinary results', async () => {
      let runs = 0
      const f = persist(
        (x: null | undefined) => {
          runs++
          return x
        },
        { funcname: 'f', cache: store(), key: (x) => String(x) },
      )
      expect([await f(undefined), await f(undefined), await f(null), await f(null)]).toEqual([
        undefined,
        undefined,
        null,
        null,
      ])
      expect(runs).toBe(2)
    })

    it("the function's own error passes unchanged, is not stored, and blocks no other call", async () => {
      let runs = 0
      const mistake = new RangeError('mine')
      const f = persist(
        () => {
          if (++runs === 1) throw mistake
          return runs
        },
        { funcname: 'f', cache: store() },
      )
      await expect(async () => f()).rejects.toBe(mistake)
      expect(await f()).toBe(2)
    })

    it('a value that would not unpickle to an equal one is returned, reported and not stored', async () => {
      const problems: unknown[] = []
      const f = persist(() => [() => 1], {
        funcname: 'f',
        cache: store(),
        report: (event) => event.name === 'problem' && problems.push(event.error),
      })
      expect((await f())[0]!()).toBe(1)
      expect(problems).toEqual([expect.objectContaining({ code: 'ERR_PERSIST_PICKLE' })])
      expect((await f.stats()).entries).toBe(0)
    })

    it('64 concurrent calls compute once, and do not share mutable results', async () => {
      let runs = 0
      const f = persist(
        async (x: number) => {
          runs++
          await null
          return { x }
        },
        { funcname: 'f', cache: store() },
      )
      const results = await Promise.all(Array.from({ length: 64 }, () => f(1)))
      expect(runs).toBe(1)
      expect(new Set(results).size).toBe(64)
    })

    it.each([true, false])(
      'no caller can change the bytes that an own pickle passes through (memory: %s)',
      async (memory) => {
        const f = persist(async () => Uint8Array.of(1), { funcname: 'f', cache: store(), memory, ...passed })
        const [one, other] = await Promise.all([f(), f()])
        one.fill(9)
        expect(other).toEqual(Uint8Array.of(1))
        other.fill(9)
        const later = await f()
        later.fill(9)
        expect(await f()).toEqual(Uint8Array.of(1))
      },
    )

    it('a buffer that is used again after put does not change what is stored', async () => {
      const f = persist(async () => Uint8Array.of(1), { funcname: 'f', cache: store(), memory: true, ...passed })
      const buffer = Uint8Array.of(2)
      const stored = f.put(buffer)
      buffer.fill(9)
      await stored
      expect(await f()).toEqual(Uint8Array.of(2))
    })

    it('a nested call with the key of the running one computes instead of waiting for itself', async () => {
      let depth = 0
      const f: (x: number) => Promise<number> = persist(
        async (x: number) => {
          await null
          return ++depth < 3 ? f(x) : depth
        },
        { funcname: 'f', cache: store() },
      )
      expect(await f(1)).toBe(3)
    })

    it('an entry deleted while it is computed is not stored again', async () => {
      let go = () => {}
      const gate = new Promise<void>((resolve) => {
        go = resolve
      })
      const f = persist(
        async () => {
          await gate
          return 1
        },
        { funcname: 'f', cache: store() },
      )
      const running = f()
      await new Promise((resolve) => setTimeout(resolve, 20))
      await f.forget()
      go()
      expect(await running).toBe(1)
      expect(await f.has()).toBe(false)
    })

    it('many returns results in order and computes only the missing ones', async () => {
      let runs = 0
      const f = persist(
        (x: number) => {
          runs++
          return x * x
        },
        { funcname: 'f', cache: store() },
      )
      await f(2)
      expect(await f.many([[1], [2], [3]])).toEqual([1, 4, 9])
      expect(runs).toBe(3)
    })

    it('put, peek, lookup, refresh and clear take the arguments of the function', async () => {
      let runs = 0
      const f = persist((x: number) => x + ++runs, { funcname: 'f', cache: store(), metadata: () => 'note' })
      await f.put(10, 1)
      expect([await f(1), await f.peek(1), await f.peek(2)]).toEqual([10, 10, undefined])
      expect(await f.lookup(1)).toMatchObject({ hit: true, value: 10, metadata: 'note' })
      expect([await f.refresh(1), await f(1)]).toEqual([2, 2])
      expect([await f.clear(), await f.has(1)]).toEqual([1, false])
    })
  })
}

describe('freshness', () => {
  it('a result is served until its ttl ends, and an older version never', () => {
    let now = 1_000
    let runs = 0
    const at = createPersist({ env: {}, now: () => now })
    const cache = memoryStore()
    const count = () => ++runs
    const f = at(count, { funcname: 'f', cache, ttl: '1s', version: 'a' })
    expect([f(), f()]).toEqual([1, 1])
    now += 1_000
    expect(f()).toBe(2)
    expect(at(count, { funcname: 'f', cache, version: 'b' })()).toBe(3)
  })

  it('with a memory tier, callers never share mutable results', () => {
    const f = persist(() => ({ list: [1] }), { funcname: 'f', cache: memoryStore(), memory: true })
    f().list.push(2)
    f().list.push(3)
    expect(f()).toEqual({ list: [1] })
  })
})
