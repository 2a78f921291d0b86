import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Filled } from '../work/fill.ts'
import type { Flipped } from '../work/flipped.ts'
import type { Reread } from '../work/reread.ts'
import { type Runner, work } from './runner.ts'

/** The answers to callers after the damage. */
export interface Harm {
  readonly asked: number
  /** The value that the function returned, from the store or computed again. */
  readonly right: number
  readonly wrong: number
  /** An error instead of a value. */
  readonly errors: number
  /** No answer, or the whole process went down. */
  readonly dead: number
  /** Results that the writer had returned to its caller, but that were computed again. */
  readonly lost?: number
}

const NONE: Harm = { asked: 0, right: 0, wrong: 0, errors: 0, dead: 0 }

/** Kills writers of 1 MB results in the middle of their work. Then a reader asks for all results. */
export async function killed(runners: readonly Runner[], kills: number, folder: string) {
  const harm: Record<string, Harm> = {}
  for (const runner of runners) {
    if (runner.lacks?.kill !== undefined) continue
    const place = join(folder, runner.id)
    let total: Harm = { ...NONE, lost: 0 }
    let from = 0
    for (let kill = 0; kill < kills; kill++) {
      const had = await writeUntilKilled(runner, place, from, 25 + 40 * ((kill * 7) % kills))
      const last = Math.max(from, ...had.begun)
      const ids = Array.from({ length: last + 1 - from }, (_, index) => from + index)
      total = added(total, await readAll(runner, place, ids, had.had))
      from = last + 1
    }
    harm[runner.id] = total
  }
  return harm
}

async function writeUntilKilled(runner: Runner, place: string, from: number, afterMs: number) {
  const begun: number[] = []
  const had = new Set<number>()
  let timer: NodeJS.Timeout | undefined
  await work<{ begun?: number; had?: number }>(
    runner,
    'write',
    place,
    { from },
    {
      timeoutMs: 15_000,
      onLine(line, kill) {
        if (line.begun !== undefined) begun.push(line.begun)
        if (line.had !== undefined) had.add(line.had)
        timer ??= setTimeout(kill, afterMs)
      },
    },
  )
  clearTimeout(timer)
  return { begun, had }
}

async function readAll(runner: Runner, place: string, ids: readonly number[], had: ReadonlySet<number>): Promise<Harm> {
  const { lines } = await work<Reread>(runner, 'reread', place, { ids }, { timeoutMs: 30_000 })
  const answers = lines.filter((line) => line.answer !== undefined)
  const count = (answer: string) => answers.filter((line) => line.answer === answer).length
  return {
    asked: ids.length,
    right: count('right'),
    wrong: count('wrong'),
    errors: count('threw'),
    dead: ids.length - answers.length + count('hung'),
    lost: answers.filter(({ id, ran }) => ran && had.has(id)).length,
  }
}

/** Flips one bit in each of many copies of a folder with an entry of 1 kB. */
export async function flipped(runners: readonly Runner[], flips: number, folder: string) {
  const harm: Record<string, Harm> = {}
  for (const runner of runners) {
    if (runner.lacks?.flip !== undefined) continue
    const whole = join(folder, runner.id, 'whole')
    await work<Filled>(runner, 'fill', whole, { payload: 'record', count: 1 })
    const folders = Array.from({ length: flips }, (_, flip) => join(folder, runner.id, `flip-${flip}`))
    const bytes = writtenBytes(whole)
    for (const [flip, copy] of folders.entries()) {
      cpSync(whole, copy, { recursive: true })
      const [path, at] = bytes[Math.floor(((flip + 0.5) / flips) * bytes.length)]!
      flipAt(join(copy, path), at)
    }
    harm[runner.id] = await askAll(runner, folders)
  }
  return harm
}

/** Asks in all folders. If a process crashes with one of them, another one continues with the rest. */
async function askAll(runner: Runner, folders: readonly string[]): Promise<Harm> {
  let left = folders
  let total = NONE
  while (left.length > 0) {
    const { lines } = await work<Flipped>(runner, 'flipped', left[0]!, { folders: left }, { timeoutMs: 30_000 })
    const answers = lines.filter((line) => line.answer !== undefined)
    const count = (answer: string) => answers.filter((line) => line.answer === answer).length
    const down = answers.length < left.length ? 1 : 0
    total = added(total, {
      asked: answers.length + down,
      right: count('right'),
      wrong: count('wrong'),
      errors: count('threw'),
      dead: count('hung') + down,
    })
    left = left.slice(answers.length + down)
  }
  return total
}

function added(one: Harm, other: Harm): Harm {
  const lost = one.lost === undefined ? {} : { lost: one.lost + (other.lost ?? 0) }
  return {
    asked: one.asked + other.asked,
    right: one.right + other.right,
    wrong: one.wrong + other.wrong,
    errors: one.errors + other.errors,
    dead: one.dead + other.dead,
    ...lost,
  }
}

type Place = readonly [path: string, at: number]

/** The positions of all bytes that the peer wrote, except in lock files and in the empty parts of a database file. */
function writtenBytes(folder: string): Place[] {
  const places: Place[] = []
  for (const path of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
    const full = join(folder, path)
    if (!statSync(full).isFile() || /lock|\.gitignore|CACHEDIR/.test(basename(path))) continue
    for (const [at, byte] of readFileSync(full).entries()) if (byte !== 0) places.push([path, at])
  }
  return places
}

function flipAt(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}
