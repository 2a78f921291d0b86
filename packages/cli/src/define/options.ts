import { Option } from 'commander'
import type { ExitCode } from '../errors/cli-error.ts'
import type { Session } from '../session/session.ts'
import type { Winner } from '../transfer/winner.ts'

/** Wraps a command as an action of commander that runs in its own session. */
export type Run = <Args extends unknown[]>(
  act: (session: Session, ...args: Args) => Promise<ExitCode | void>,
) => (...args: unknown[]) => Promise<void>

/** The argument of commands for some functions or all. */
export const FUNCTIONS = ['[funcname...]', 'functions; default: all'] as const

export function argsOption(): Option {
  return new Option('--args <json>', 'name the entry by the arguments of its call, as a JSON array')
}

export function functionOption(): Option {
  return new Option('-f, --function <funcname...>', 'only these functions')
}

export function winnerOption(): Option {
  const what = 'which entry stays if both stores have one under the same hash'
  return new Option('--winner <which>', what)
    .choices(['newer', 'source', 'target'] satisfies Winner[])
    .default('newer' satisfies Winner)
}
