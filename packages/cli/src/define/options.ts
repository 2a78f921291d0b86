import { Option } from 'commander'
import type { ExitCode } from '../errors/cli-error.ts'
import type { Session } from '../session/session.ts'
import type { Winner } from '../transfer/winner.ts'

/** Makes of a command what commander calls: it is run in a session of its own. */
export type Run = <Args extends unknown[]>(
  act: (session: Session, ...args: Args) => Promise<ExitCode | void>,
) => (...args: unknown[]) => Promise<void>

/** The argument of commands for some functions or all. */
export const FUNCTIONS = ['[funcname...]', 'functions; all where none is named'] as const

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
