import { expect, test } from 'vitest'
import { Failure, OverlappingWork, type World, type Wrapping } from './overlapping-work.ts'

const SOAK = process.env.PERSIST_SOAK === '1'
const ROUNDS = SOAK ? 50_000 : 350
const FIRST_SEED = SOAK ? Date.now() : 1
/** Rounds that have found a fault once. */
const KNOWN_SEEDS = [1_795_755_641_497, 5_094_702, 5_123_233, 5_259_500, 5_260_057]
const STEPS = 14
const HANG_MS = 60_000
const ACTS = [
  ...['call', 'call', 'call', 'many', 'leave', 'refresh', 'peek'],
  ...['put', 'forget', 'untag', 'clear', 'age', 'pause'],
] as const
const MORE_ACTS = [
  ...ACTS,
  ...['refresh', 'refresh', 'leave', 'within', 'within', 'around', 'lookup', 'break', 'break', 'throw'],
] as const
type Act = (typeof MORE_ACTS)[number]

test(
  'whatever calls, refreshes and changes overlap, no call gets a result that was deleted or replaced before it began, and no older result stays',
  async () => {
    for (const seed of [...KNOWN_SEEDS, ...Array.from({ length: ROUNDS }, (_, round) => FIRST_SEED + round)]) {
      const random = randomFrom(seed)
      const world = worldOf(random)
      let timer: NodeJS.Timeout | undefined
      const hang = new Promise<string[]>((resolve) => {
        timer = setTimeout(resolve, HANG_MS, ['a call waits forever'])
      })
      const faults = await Promise.race([play(world, random), hang])
      clearTimeout(timer)
      expect(faults, `seed ${seed}: ${JSON.stringify(world)}`).toEqual([])
    }
  },
  SOAK ? 3_600_000 : 240_000,
)

test(
  'by whatever method work begins or is left, no result is lost, waitUntil gets all work that goes on, and no lease is left',
  async () => {
    for (const seed of Array.from({ length: ROUNDS }, (_, round) => FIRST_SEED + round)) {
      const random = randomFrom(seed)
      const world = { ...worldOf(random), hasMore: true }
      let timer: NodeJS.Timeout | undefined
      const hang = new Promise<string[]>((resolve) => {
        timer = setTimeout(resolve, HANG_MS, ['a call waits forever'])
      })
      const faults = await Promise.race([play(world, random, MORE_ACTS), hang])
      clearTimeout(timer)
      expect(faults, `seed ${seed}: ${JSON.stringify(world)}`).toEqual([])
    }
  },
  SOAK ? 3_600_000 : 240_000,
)

function worldOf(random: () => number): World {
  const pick = <T>(...values: readonly T[]) => oneOf(values, random)
  return {
    isStream: pick(false, false, true),
    memory: pick(false, true),
    singleFlight: pick<World['singleFlight']>('shared', 'shared', 'process', false),
    hasLeases: pick(true, true, false),
    concurrency: pick(undefined, undefined, 1, 2),
    getsStale: pick(false, false, true),
    fails: pick(false, false, true),
    twoCopies: pick(false, true),
  }
}

/** Begins random work, waiting now and then, and returns what went wrong. */
async function play(world: World, random: () => number, acts: readonly Act[] = ACTS): Promise<string[]> {
  const work = new OverlappingWork(world, random)
  const { faults, wrappings } = work
  /** Calls that begin from now on must not return an older result. */
  let oldest = 0
  let puts = 0
  let changes = 0
  /** How many deletions go on. */
  let deletions = 0
  let isPutting = false
  /** What must be stored at the end: the result of a put or of a refresh beside which nothing else was changed. */
  let kept = 0
  const begun: Promise<void>[] = []
  for (let step = 0; step < STEPS; step++) {
    const wrapping = oneOf(wrappings, random)
    begun.push(begin(oneOf(acts, random), wrapping))
    if (random() < 0.5) await work.pause(30)
    if (random() < 0.15) await deleteAlone(wrapping)
  }
  await Promise.all(begun)
  if (world.hasMore) {
    await work.announcedWork()
    work.noteLeftovers()
    const stored = work.stored() ?? 0
    if (stored < kept) faults.push(`${kept} is lost: ${stored} is stored`)
  }
  await work.runsOfCallersThatLeft()
  if (!world.fails && !world.getsStale) await compareAll()
  return faults

  async function begin(act: Act, wrapping: Wrapping): Promise<void> {
    const from = oldest
    const check = (made: number | undefined) => {
      if (made !== undefined && made < from) faults.push(`${act} returned ${made}, though ${from} was the oldest`)
    }
    try {
      if (act === 'call') check(await wrapping.call())
      else if (act === 'many') (await wrapping.many()).forEach(check)
      else if (act === 'refresh') check(await refresh(wrapping))
      else if (act === 'peek') check(await wrapping.peek())
      else if (act === 'lookup') check(await wrapping.lookup())
      else if (act === 'within') check(await wrapping.callWithin(oneOf([1, 1_500, 3_000], random)))
      else if (act === 'around') check(await wrapping.callAround())
      else if (act === 'break' || act === 'throw') check(await wrapping.leaveEarly(act))
      else if (act === 'leave') check(await callAndLeave(wrapping))
      else if (act === 'age') work.age()
      else if (act === 'pause') await work.pause(30)
      else if (act !== 'put') await deleteBy(act, wrapping)
      else if (!isPutting) await put(wrapping)
    } catch (error) {
      if (!(error instanceof Failure || error instanceof Left)) faults.push(`${act} failed: ${error}`)
    }
  }

  async function callAndLeave(wrapping: Wrapping): Promise<number> {
    const controller = new AbortController()
    const result = wrapping.call(controller.signal)
    result.catch(() => {})
    await work.pause(20)
    controller.abort(new Left())
    return result
  }

  async function refresh(wrapping: Wrapping): Promise<number> {
    const before = ++changes
    const made = await wrapping.refresh()
    // Its result is stored unless another change came meanwhile.
    const isAlone = changes === before && !isPutting
    if (isAlone && !world.fails) oldest = Math.max(oldest, made)
    if (isAlone && deletions === 0) kept = Math.max(kept, made)
    changes++
    return made
  }

  async function put(wrapping: Wrapping): Promise<void> {
    isPutting = true
    puts++
    const before = ++changes
    const made = await wrapping.put()
    isPutting = false
    if (changes === before && deletions === 0) kept = Math.max(kept, made)
    changes++
    oldest = Math.max(oldest, made)
  }

  async function deleteBy(act: 'forget' | 'untag' | 'clear', wrapping: Wrapping): Promise<void> {
    const [next, putsBefore, wasPutting] = [work.made + 1, puts, isPutting]
    changes++
    deletions++
    kept = 0
    await wrapping[act]()
    deletions--
    changes++
    // A put at the same time may have come before or after.
    if (!wasPutting && puts === putsBefore) oldest = Math.max(oldest, next)
  }

  /** Deletes while nothing else goes on, so that nothing is left. */
  async function deleteAlone(wrapping: Wrapping): Promise<void> {
    await Promise.all(begun)
    const act = oneOf(['forget', 'untag', 'clear'] as const, random)
    await deleteBy(act, wrapping)
    for (const one of wrappings) {
      const left = await one.peek()
      if (left !== undefined && !world.getsStale) faults.push(`${act} left ${left}`)
    }
  }

  /** All wrappings have the same result as the store, from memory or not. */
  async function compareAll(): Promise<void> {
    const results = new Set<number | undefined>()
    for (const one of wrappings) results.add(await one.call())
    for (const one of wrappings) results.add(await one.peek())
    if (results.size > 1) faults.push(`the wrappings have the results ${[...results]}`)
  }
}

/** The reason of a caller that left. */
class Left extends Error {}

function oneOf<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!
}

/** Random numbers from 0 to 1: mulberry32, since a round must be repeatable by its seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
