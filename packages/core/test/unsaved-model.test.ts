import { memoryStore, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asOtherProcess, gate, harness, runPending, withoutLeases, withoutTagFence } from './harness.ts'
import { unreliable } from './unreliable-store.ts'

const KEYS = [1, 2]
/** So many turns end whatever can end. */
const MOST_TURNS = 60

type Act =
  | 'call'
  | 'refresh'
  | 'maxAge'
  | 'end'
  | 'fail'
  | 'forget'
  | 'clear'
  | 'deleteByTag'
  | 'put'
  | 'away'
  | 'back'
  | 'turn'
  | 'not done'
  | 'no reply'
  | 'busy'
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
  /** When it ended, by the clock. */
  endedAt?: number
  /** When the store had its result first. */
  storedAt?: number
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

interface MadeCall {
  readonly at: number
  readonly x: number
  readonly process: number
  readonly act: Act
  isSettled: boolean
}

/** The greatest age that the calls with `maxAge` accept. */
const MAX_AGE = 3

/** Two processes with one store, and what may be there. */
async function play(store: StoreAdapter, steps: readonly Step[], options: object): Promise<void> {
  const runs: Run[] = []
  const changes: Change[] = []
  const calls: MadeCall[] = []
  /** The latest result of each process and key that a refresh has returned. */
  const refreshed = new Map<string, { run: Run; at: number }>()
  let at = 0
  let clock = 1_000_000
  const processes = [0, 1].map((number) => {
    let timers: (() => void)[] = []
    const { persist } = harness({
      now: () => clock,
      monotonic: () => clock,
      sleep: async (ms) => {
        await new Promise<void>((resolve) => timers.push(resolve))
        clock += ms
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
    /** The last step in which a run may begin without the lease that it was refused. */
    let withoutLeaseUntil = -1
    line.onBusy = (method) => {
      if (method === 'lease') withoutLeaseUntil = Math.max(withoutLeaseUntil, at + 2)
      // The result waits with its lease, which other runs of the process do not take.
      if (method === 'publish') withoutLeaseUntil = Number.POSITIVE_INFINITY
    }
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
          isProtected: store.supports.lease && !line.isDown && !isOpen && at > withoutLeaseUntil,
          end,
        }
        const name = runs.push(run) - 1
        await passed
        run.endedAt = clock
        if (run.outcome === 'error') throw new Error('failed')
        return name
      },
      { funcname: 'f', cache, report: report as never, ...options },
    )
    const turn = () => {
      for (const act of timers.splice(0)) act()
    }
    return { f, line, turn, canReach: () => !line.isDown && !isOpen && line.next === undefined }
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
      run.storedAt ??= at
      const forbids = (change: Change) =>
        change.at > run.beganAt &&
        (change.x === undefined || change.x === x) &&
        (change.process === run.process ||
          (change.hasReached && run.isProtected && !(change.act === 'deleteByTag' && !store.supports.tagFence)))
      expect(changes.filter(forbids), `result ${name} was stored after a change`).toEqual([])
      if (before?.name === undefined) continue
      const earlier = runs[before.name]!
      if (earlier.process === run.process)
        expect(earlier.beganAt, `result ${name} over ${before.name}`).toBeLessThanOrEqual(run.beganAt)
      else if (run.isProtected)
        expect(before.at, `result ${name} over ${before.name} of another process`).toBeLessThanOrEqual(run.beganAt)
    }
  }
  const failures: unknown[] = []
  const settle = async () => {
    await runPending(12)
    await check()
    for (const failure of failures) throw failure
  }
  /** What a call of a process may return. */
  const checkReturned = (call: MadeCall, name: number, calledAt: number) => {
    const run = runs[name]!
    expect(run.x).toBe(call.x)
    const isOlder = (change: Change) =>
      change.process === call.process &&
      (change.x === undefined || change.x === call.x) &&
      change.at < call.at &&
      change.at > run.beganAt &&
      (run.process === call.process || (run.isProtected && run.storedAt !== undefined && run.storedAt < change.at))
    expect(changes.filter(isOlder), `result ${name} was returned after a change`).toEqual([])
    const refresh = refreshed.get(`${call.process} ${call.x}`)
    if (refresh !== undefined && refresh.at < call.at && run.process === call.process)
      expect(run.beganAt, 'a result of before a refresh was returned').toBeGreaterThanOrEqual(refresh.run.beganAt)
    if (call.act === 'maxAge' && run.endedAt !== undefined)
      expect(run.endedAt, 'a result older than accepted was returned').toBeGreaterThanOrEqual(calledAt - MAX_AGE)
    if (call.act === 'refresh') refreshed.set(`${call.process} ${call.x}`, { run, at })
  }

  for (const { act, process, x } of steps) {
    at++
    clock++
    const { f, line, turn, canReach } = processes[process]!
    const open = runs.filter(
      (run) => run.process === process && run.x === x && run.end !== undefined && run.outcome === undefined,
    )
    const change = (x: number | undefined) => changes.push({ at, process, x, hasReached: canReach(), act })
    const note = (begin: () => unknown) => {
      const call: MadeCall = { at, x, process, act, isSettled: false }
      calls.push(call)
      const calledAt = clock
      const settled = () => {
        call.isSettled = true
      }
      const returned = (name: unknown) => {
        settled()
        if (act !== 'call' && act !== 'refresh' && act !== 'maxAge') return
        try {
          checkReturned(call, name as number, calledAt)
        } catch (error) {
          failures.push(error)
        }
      }
      Promise.resolve(begin()).then(returned, settled)
    }
    if (act === 'call') note(() => f(x))
    if (act === 'refresh') note(() => f.refresh(x))
    if (act === 'maxAge') note(() => f.with({ maxAge: MAX_AGE })(x))
    if (act === 'not done' || act === 'no reply' || act === 'busy') line.next = act
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
      const run: Run = { x, process, beganAt: at, calledAt: at, isProtected: false, outcome: 'value', endedAt: clock }
      const name = runs.push(run) - 1
      note(() => f.put(name as never, x))
    }
    await settle()
  }

  for (const { line } of processes) {
    line.isDown = false
    line.next = undefined
  }
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    at++
    clock++
    for (const run of runs) if (run.end !== undefined && run.outcome === undefined) run.end('value')
    for (const process of processes) process.turn()
    await settle()
    if (turn > 8 && calls.every((call) => call.isSettled)) break
  }
  expect(calls.filter((call) => !call.isSettled)).toEqual([])
  for (const x of KEYS) {
    const left = runs[stored.get(x)?.name ?? Number.NaN]
    const isUndone = (change: Change) =>
      left !== undefined &&
      (change.x === undefined || change.x === x) &&
      change.at > left.beganAt &&
      (left.process === change.process || (left.isProtected && left.storedAt! < change.at))
    expect(changes.filter(isUndone), `${x} was deleted`).toEqual([])
    // A deletion of another process that did not reach the store takes effect later.
    const mayDelete = (change: Change, run: Run) =>
      (change.x === undefined || change.x === x) &&
      (change.at > run.calledAt || (change.process !== run.process && !change.hasReached))
    const isLast = (run: Run) =>
      run.x === x &&
      run.outcome === 'value' &&
      !('tags' in options && runs.some((other) => other.x === x && !other.isProtected)) &&
      !changes.some((change) => mayDelete(change, run)) &&
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
    'maxAge',
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
    'not done',
    'no reply',
    'busy',
  ),
  process: fc.constantFrom<0 | 1>(0, 0, 1),
  x: fc.constantFrom(...KEYS),
})

const sync = () => memoryStore()
const async = () => delayed(memoryStore())
const TAGGED = { tags: () => ['all'] }

test.each([
  ['synchronous', 'untagged', sync, {}],
  ['synchronous', 'tagged', sync, TAGGED],
  ['asynchronous', 'untagged', async, {}],
  ['asynchronous', 'tagged', async, TAGGED],
  ['asynchronous', 'remembered', async, { memory: true }],
  ['asynchronous, without leases', 'untagged', () => withoutLeases(async()), {}],
  ['asynchronous, without leases', 'tagged', () => withoutLeases(async()), TAGGED],
  ['asynchronous, without an order of deletions', 'tagged', () => withoutTagFence(async()), TAGGED],
] as const)(
  'over a store, %s, that two processes lose at any time, %s results are neither stored late nor lost, deletions are done, and no lease is left',
  async (_mode, _kind, makeStore, options) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) => play(makeStore(), steps, options)),
      { numRuns: process.env.PERSIST_SOAK ? 3_000 : 50 },
    )
  },
  600_000,
)
