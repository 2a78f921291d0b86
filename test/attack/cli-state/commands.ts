import { expect } from 'vitest'
import type { Outcome, RunCommand } from './command-here.ts'
import { hashOf, type Ledger, PLACES, type Place } from './ledger.ts'

/** The commands to choose from. */
export const COMMANDS = [
  'ls',
  'show',
  'get',
  'stats',
  'verify',
  'rm',
  'clear',
  'prune',
  'shrink',
  'repair',
  'out',
  'out',
  'in',
  'in',
  'export',
  'import',
  'import',
] as const

/** A randomly chosen command. */
export interface ChosenCommand {
  readonly command: (typeof COMMANDS)[number]
  readonly place: Place
  /** Chooses among its forms. */
  readonly form: number
  readonly json: boolean
  /** Uses an async store, so that other work runs in between. */
  readonly slow: boolean
}

/** Where a command works. */
export interface Scene {
  /** The cache's folder. */
  readonly cache: string
  /** The URL of another cache, for copies. */
  readonly other: string
  /** The file of the last finished export. */
  exported: string
  /** A path for a new file. */
  readonly newFile: () => string
  readonly ledger: Ledger
  /** An entry was damaged on purpose, and may still be there. */
  isDamaged: boolean
  readonly run: RunCommand
  /** The URL of the cache in an async store, if the commands know one. */
  readonly slowCache: string
}

/** Runs a command during calls, and checks its result. */
export async function runWhileUsed(chosen: ChosenCommand, scene: Scene): Promise<unknown> {
  const { command, form, place, json, slow } = chosen
  const { ledger, other, newFile } = scene
  const { funcname } = place.subject
  const cache = slow ? scene.slowCache : scene.cache
  const damage = scene.isDamaged ? [0, 1] : [0]
  const named = form % 2 === 0
  const some = named ? [funcname] : []
  const either = named ? [0, 1] : [0]
  const winner = WINNERS[form % WINNERS.length]!
  const run = async (codes: readonly number[], ...args: readonly string[]) => {
    const outcome = await scene.run(['-c', cache, '-y', ...(json ? ['--json'] : []), ...args])
    checkOutcome(args, outcome, codes, json)
    return outcome.code === 0
  }
  switch (command) {
    case 'ls':
    case 'stats':
      return run(either, command, ...some)
    case 'verify':
      return run(named ? [0, 1] : damage, command, ...some)
    case 'repair':
      return run(named ? [0, 1] : damage, 'verify', '--repair', '--quarantine', newFile(), ...some)
    case 'show':
    case 'get':
      return run(form % 4 === 2 && command === 'get' ? [2] : [0, 1], command, funcname, ...entryNamed(place.id, form))
    case 'rm':
      return ledger.removal([place], () => run([0, 1], 'rm', funcname, ...entryNamed(place.id, form % 2)))
    case 'clear':
      // A function that has no entries at that moment is not among all, and what it computes is stored.
      if (!named) return ledger.removal(PLACES, async () => (await run([0], 'clear', '--all')) && false)
      return ledger.removal(ofSame(place), () => run([0, 1], 'clear', funcname))
    case 'prune':
      ledger.prunes()
      return run(either, 'prune', ...some, ...(form % 3 === 0 ? ['--keep-stale', '1s'] : []))
    case 'shrink':
      ledger.prunes()
      return ledger.removal(ofSame(place), async () => {
        await run([0, 1], 'prune', funcname, '--max-entries', '2')
        return false
      })
    case 'out':
      return run([0, 1], 'copy', cache, other, '--winner', winner)
    case 'in':
      return ledger.transfer(winner === 'source', () => run([0, 1], 'copy', other, cache, '--winner', winner))
    case 'export': {
      const file = newFile()
      await run(damage, 'export', file)
      scene.exported = file
      return
    }
    case 'import': {
      const file = scene.exported
      return ledger.transfer(winner === 'source', () => run([0, 1], 'import', file, '--winner', winner))
    }
  }
}

const WINNERS = ['newer', 'source', 'target', 'newer'] as const

/** Names an entry by its hash, by the arguments of its call, by a cut hash; or names none. */
function entryNamed(id: number, form: number): string[] {
  const hash = hashOf(id)
  return [[hash], ['--args', JSON.stringify([{ id }])], [], [`${hash.slice(0, 20)}…`]][form % 4]!
}

function ofSame({ subject }: Place): Place[] {
  return PLACES.filter((place) => place.subject === subject)
}

/** Checks the exit code, the JSON output, and that a transfer was complete. */
export function checkOutcome(
  args: readonly string[],
  { code, stdout, said, stderr = '' }: Outcome,
  codes: readonly number[],
  json: boolean,
): void {
  expect(codes, `persist ${args.join(' ')} ended with ${code}: ${stdout}${said}`).toContain(code)
  if (!json) return
  for (const line of stderr.split('\n')) if (line !== '') expect(JSON.parse(line)).toBeTypeOf('object')
  if (stdout === '') {
    expect([1, 2, 3, 4]).toContain(code)
    return
  }
  const answer = JSON.parse(stdout)
  if (args[0] === 'copy') expect(answer).toMatchObject({ failed: 0, interrupted: false })
  if (args[0] === 'import') expect(answer).toMatchObject({ failed: 0, bad: 0, truncated: false })
}
