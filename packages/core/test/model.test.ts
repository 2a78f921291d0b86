import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersist, memoryStore, type Persist, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const RUNS = process.env.PERSIST_SOAK === '1' ? 5_000 : 150
const TTL = 1_000
const STALE = 500
const MEMORY_AGE = 300

/** An action of one of two processes, `after` a number of milliseconds. */
interface Action {
  readonly who: 0 | 1
  readonly key: number
  readonly after: number
  readonly method: 'call' | 'fail' | 'put' | 'forget' | 'clear' | 'refresh' | 'peek' | 'has' | 'many'
}

const actions = fc.array(
  fc.record<Action>({
    who: fc.constantFrom(0, 1),
    key: fc.nat(2),
    after: fc.constantFrom(0, 1, 200, 400, 700, 1_200),
    method: fc.constantFrom('call', 'call', 'call', 'fail', 'put', 'forget', 'clear', 'refresh', 'peek', 'has', 'many'),
  }),
  { minLength: 1, maxLength: 60 },
)

/** A plain Map with times. */
class Model {
  readonly entries = new Map<number, { value: string; createdAt: number }>()

  fresh(key: number, now: number): string | undefined {
    const entry = this.entries.get(key)
    return entry !== undefined && now < entry.createdAt + TTL ? entry.value : undefined
  }

  stale(key: number, now: number): string | undefined {
    const entry = this.entries.get(key)
    return entry !== undefined && now < entry.createdAt + TTL + STALE ? entry.value : undefined
  }
}

describe.each<[string, (folder: string) => StoreAdapter]>([
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
  ['a folder', (folder) => diskStore(join(folder, String(Math.random())))],
])('two processes that share %s', (_, makeStore) => {
  test('see the contents of a Map with times, for any actions', { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'persist-model-'))
    await fc.assert(
      fc.asyncProperty(actions, async (drawn) => {
        await play(makeStore(folder), drawn, false)
      }),
      { numRuns: RUNS },
    )
    rmSync(folder, { recursive: true })
  })

  test('with a memory tier, the process that changed nothing sees it at most maxAge later', {
    timeout: 300_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'persist-model-'))
    await fc.assert(
      fc.asyncProperty(actions, async (drawn) => {
        await play(makeStore(folder), drawn, true)
      }),
      { numRuns: RUNS },
    )
    rmSync(folder, { recursive: true })
  })
})

async function play(cache: StoreAdapter, drawn: readonly Action[], withMemory: boolean): Promise<void> {
  let now = 1_000_000
  let runs = 0
  let fails = false
  const compute = (key: number) => {
    if (fails) throw new Error('planned')
    return `${key} run ${++runs}`
  }
  const background: Promise<unknown>[] = []
  const wrap = () => {
    const persist: Persist = createPersist({ env: {}, stderr: () => {}, now: () => now, monotonic: () => now })
    return persist(compute, {
      funcname: 'f',
      cache,
      ttl: TTL,
      staleIfError: STALE,
      waitUntil: (refresh) => void background.push(refresh),
      ...(withMemory && { memory: { maxAge: MEMORY_AGE } }),
    })
  }
  const processes = [wrap(), wrap()] as const
  const model = new Model()
  /** The past values of each key, which a process may still hold in memory. */
  const history: { key: number; value: string | undefined; from: number; by: number }[] = []
  const remember = (by: number, key: number, value: string | undefined) => {
    if (value === undefined) model.entries.delete(key)
    else model.entries.set(key, { value, createdAt: now })
    history.push({ key, value, from: now, by })
  }
  /** Whether a process may hold an old value in memory: after a recent change by the other process, never after its own. */
  const isHeld = (who: number, key: number, value: unknown) => {
    if (!withMemory) return false
    const its = history.filter((one) => one.key === key)
    const at = its.findIndex((one) => one.value === value)
    const later = its.slice(at + 1)
    if (at < 0 || later.some(({ by }) => by === who)) return false
    return now - (later[0]?.from ?? now) <= MEMORY_AGE && now < its[at]!.from + TTL
  }

  for (const { who, key, after, method } of drawn) {
    now += after
    const f = processes[who]
    const before = runs
    const fresh = model.fresh(key, now)
    switch (method) {
      case 'call':
      case 'many': {
        const value = method === 'call' ? await f(key) : (await f.many([[key]]))[0]
        if (runs > before) {
          if (fresh !== undefined) expect(value, 'computed although it was there').toBe(fresh)
          expect(value).toBe(`${key} run ${runs}`)
          remember(who, key, value)
        } else if (!isHeld(who, key, value)) expect(value).toBe(fresh)
        break
      }
      case 'fail': {
        fails = true
        const outcome = await Promise.resolve()
          .then(() => f(key))
          .catch((error: Error) => error)
        fails = false
        if (outcome instanceof Error) {
          expect(outcome.message).toBe('planned')
          expect(model.stale(key, now), 'threw although there was something').toBeUndefined()
        } else if (!isHeld(who, key, outcome)) expect(outcome).toBe(fresh ?? model.stale(key, now))
        break
      }
      case 'refresh':
        expect(await f.refresh(key)).toBe(`${key} run ${runs}`)
        expect(runs).toBe(before + 1)
        remember(who, key, `${key} run ${runs}`)
        break
      case 'put':
        await f.put(`${key} put ${++runs}`, key)
        remember(who, key, `${key} put ${runs}`)
        break
      case 'forget':
        expect(await f.forget(key)).toBe(model.entries.has(key))
        remember(who, key, undefined)
        break
      case 'clear':
        expect(await f.clear()).toBe(model.entries.size)
        for (const one of [0, 1, 2]) remember(who, one, undefined)
        break
      case 'peek':
        expect(await f.peek(key)).toBe(fresh)
        break
      case 'has':
        expect(await f.has(key)).toBe(fresh !== undefined)
        break
    }
    await Promise.all(background.splice(0))
  }
}
