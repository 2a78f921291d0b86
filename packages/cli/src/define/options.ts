import { Option } from 'commander'
import type { ExitCode } from '../exit.ts'
import type { Session } from '../session.ts'
import type { Winner } from '../transfer/winner.ts'

/** Wraps a command for commander. The command runs in a new session. */
export type Run = <Args extends unknown[]>(
  act: (session: Session, ...args: Args) => Promise<ExitCode | void>,
) => (...args: unknown[]) => Promise<void>

/** The argument of commands for some functions or all. */
export const FUNCTIONS = ['[funcname...]', 'the functions; default: all'] as const

export function argsOption(): Option {
  return new Option('--args <json>', 'name the entry by the arguments of its call, as a JSON array')
}

export function functionOption(): Option {
  return new Option('-f, --function <funcname...>', 'only these functions')
}

export function winnerOption(): Option {
  const what = 'where both have another entry under one hash: the newer one, the source’s, the target’s'
  return new Option('--winner <which>', what)
    .choices(['newer', 'source', 'target'] satisfies Winner[])
    .default('newer' satisfies Winner)
}
