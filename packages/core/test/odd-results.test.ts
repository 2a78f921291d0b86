import { memoryStore } from '@persist/core'
import { expect, it } from 'vitest'
import { harness, inBothModes } from './harness.ts'

// Only synchronous: over an asynchronous function or store the result is awaited, and `await` itself reads `then`.
it('a result whose property "then" throws reaches the caller of a synchronous function', () => {
  const { persist } = harness()
  const strict = new Proxy({ x: 1 } as Record<string, unknown>, {
    get(target, name) {
      if (name === 'then') throw new TypeError('there is no "then"')
      return Reflect.get(target, name)
    },
  })
  const f = persist(() => strict, { funcname: 'f', cache: memoryStore() })
  expect(f().x).toBe(1)
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const g = persist(() => proxy, { funcname: 'g', cache: memoryStore() })
  expect(g() === proxy).toBe(true)
})

inBothModes('a result in memory', (makeStore) => {
  it('is a copy for each caller, also if it is a function that a pickle keeps', async () => {
    const { persist } = harness()
    const f = persist(async (x: number) => Object.assign(() => x, { seen: 0 }), {
      funcname: 'f',
      cache: makeStore(),
      memory: true,
      pickle: (made) => String((made as () => number)()),
      unpickle: (text) => Object.assign(() => Number(text), { seen: 0 }),
    })
    const first = await f(1)
    first.seen = 9
    const second = await f(1)
    expect([second(), second.seen]).toEqual([1, 0])
  })
})
