import { memoryStore, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asOtherProcess, gate, harness, runPending } from './harness.ts'
import { unreliable } from './unreliable-store.ts'

const KEYS = [1, 2]
/** So many turns end whatever can end. */
const MOST_TURNS = 60

type Act = 'call' | 'refresh' | 'end' | 'fail' | 'forget' | 'clear' | 'deleteByTag' | 'put' | 'away' | 'back' | 'turn'
interface Step {
  readonly act: Act
  readonly process: 0 | 1
  readonly x: number
}

/** A run of the function, or a result that was put. */
interface Run {
  readonly x: number
  readonly process: number
  /** When its function was called. */
  readonly beganAt: number
  /** When the first call was made that may have begun it. */
  readonly calledAt: number
  /** It began with a lease. */
  readonly isProtected: boolean
  outcome?: 'value' | 'error' | undefined
  readonly end?: (outcome: 'value' | 'error') => void
}

/** A change of an entry, or of all. */
interface Change {
  readonly at: number
  readonly process: number
  readonly x: number | undefined
  readonly hasReached: boolean
  readonly act: Act
}

/** Two processes with one store, and what may be there. */
async function play(store: StoreAdapter, steps: readonly Step[], options: object): Promise<void> {
  const runs: Run[] = []
  const changes: Change[] = []
  const calls: { readonly at: number; readonly x: number; readonly process: number; isSettled: boolean }[] = []
  let at = 0
  const processes = [0, 1].map((number) => {
    let timers: (() => void)[] = []
    const { persist, advance } = harness({
      sleep: async (ms) => {
        await new Promise<void>((resolve) => timers.push(resolve))
        advance(ms)
      },
      later: (_ms, act) => {
        timers.push(act)
        return () => {
          timers = timers.filter((other) => other !== act)
        }
      },
    })
    const { cache, state: line } = unreliable(asOtherProcess(store))
    let isOpen = false
    const report = ({ name, state }: { name: string; state?: string }) => {
      if (name === 'circuit') isOpen = state === 'open'
    }
    const f = persist(
      async (x: number) => {
        const { open, passed } = gate()
        const end = (outcome: 'value' | 'error') => {
          run.outcome = outcome
          open()
        }
        const waiting = calls.find((call) => !call.isSettled && call.x === x && call.process === number)
        const run: Run = {
          x,
          process: number,
          beganAt: at,
          calledAt: waiting?.at ?? at,
          isProtected: !line.isDown && !isOpen,
          end,
        }
        const name = runs.push(run) - 1
        await passed
        if (run.outcome === 'error') throw new Error('failed')
        return name
      },
      { funcname: 'f', cache, report, ...options },
    )
    const turn = () => {
      for (const act of timers.splice(0)) act()
    }
    return { f, line, turn, canReach: () => !line.isDown && !isOpen }
  })
  const observer = harness().persist(async (_: number) => -1, {
    funcname: 'f',
    cache: asOtherProcess(store),
    ...options,
  })
  const peek = (x: number) => observer.peek(x)

  const stored = new Map<number, { name: number | undefined; at: number }>()
  const check = async () => {
    for (const x of KEYS) {
      const name = await peek(x)
      const before = stored.get(x)
      if (name === before?.name) continue
      stored.set(x, { name, at })
      if (name === undefined) continue
      const run = runs[name]!
      expect(run.x).toBe(x)
      const forbids = (change: Change) =>
        change.at > run.beganAt &&
        (change.x === undefined || change.x === x) &&
        (change.process === run.process || (change.hasReached && run.isProtected))
      expect(changes.filter(forbids), `result ${name} was stored after a change`).toEqual([])
      if (before?.name === undefined) continue
      const earlier = runs[before.name]!
      if (earlier.process === run.process)
        expect(earlier.beganAt, `result ${name} over ${before.name}`).toBeLessThanOrEqual(run.beganAt)
      else if (run.isProtected)
        expect(before.at, `result ${name} over ${before.name} of another process`).toBeLessThanOrEqual(run.beganAt)
    }
  }
  const settle = async () => {
    await runPending(12)
    await check()
  }

  for (const { act, process, x } of steps) {
    at++
    const { f, line, turn, canReach } = processes[process]!
    const open = runs.filter(
      (run) => run.process === process && run.x === x && run.end !== undefined && run.outcome === undefined,
    )
    const change = (x: number | undefined) => changes.push({ at, process, x, hasReached: canReach(), act })
    const note = (begin: () => unknown) => {
      const call = { at, x, process, isSettled: false }
      calls.push(call)
      const settled = () => {
        call.isSettled = true
      }
      Promise.resolve(begin()).then(settled, settled)
    }
    if (act === 'call') note(() => f(x))
    if (act === 'refresh') note(() => f.refresh(x))
    if (act === 'end') open[0]?.end?.('value')
    if (act === 'fail') open.at(-1)?.end?.('error')
    if (act === 'away') line.isDown = true
    if (act === 'back') line.isDown = false
    if (act === 'turn') turn()
    if (act === 'forget') {
      change(x)
      note(() => f.forget(x))
    }
    if (act === 'clear') {
      change(undefined)
      note(() => f.clear())
    }
    if (act === 'deleteByTag' && 'tags' in options) {
      change(undefined)
      note(() => f.cache.deleteByTag('all'))
    }
    if (act === 'put') {
      change(x)
      const name = runs.push({ x, process, beganAt: at, calledAt: at, isProtected: false }) - 1
      note(() => f.put(name as never, x))
    }
    await settle()
  }

  for (const { line } of processes) line.isDown = false
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    at++
    for (const run of runs) if (run.end !== undefined && run.outcome === undefined) run.end('value')
    for (const process of processes) process.turn()
    await settle()
    if (turn > 8 && calls.every((call) => call.isSettled)) break
  }
  expect(calls.filter((call) => !call.isSettled)).toEqual([])
  for (const x of KEYS) {
    const isLast = (run: Run) =>
      run.x === x &&
      run.outcome === 'value' &&
      !('tags' in options && !run.isProtected) &&
      !changes.some((change) => change.at > run.calledAt && (change.x === undefined || change.x === x)) &&
      !runs.some((other) => other !== run && other.x === x && other.outcome === 'error')
    if (runs.some(isLast)) expect(await peek(x), `a result of ${x} is lost`).toBeTypeOf('number')
    // No lease is left: the other process computes, or has the result, without a wait.
    let waits = 0
    const late = harness({
      sleep: async () => {
        if (++waits > 3) throw new Error(`a lease of ${x} is left`)
      },
    }).persist(async (_: number) => -2, { funcname: 'f', cache: asOtherProcess(store), ...options })
    await late(x)
  }
}

const step = fc.record({
  act: fc.constantFrom<Act>(
    'call',
    'call',
    'call',
    'refresh',
    'end',
    'end',
    'fail',
    'forget',
    'clear',
    'deleteByTag',
    'put',
    'away',
    'away',
    'back',
    'turn',
  ),
  process: fc.constantFrom<0 | 1>(0, 0, 1),
  x: fc.constantFrom(...KEYS),
})

test.each([
  ['synchronous', 'untagged', () => memoryStore(), {}],
  ['synchronous', 'tagged', () => memoryStore(), { tags: () => ['all'] }],
  ['asynchronous', 'untagged', () => delayed(memoryStore()), {}],
  ['asynchronous', 'tagged', () => delayed(memoryStore()), { tags: () => ['all'] }],
] as const)(
  'over a store, %s, that two processes lose at any time, %s results are neither stored late nor lost, and no lease is left',
  async (_mode, _kind, makeStore, options) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) => play(makeStore(), steps, options)),
      { numRuns: process.env.PERSIST_SOAK ? 3_000 : 50 },
    )
  },
  600_000,
)
