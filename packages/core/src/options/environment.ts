import { OptionError } from '@persist/errors'
import type { CallMode } from '../context.ts'
import type { Verbosity } from '../types/options.ts'
import type { Runtime } from '../types/runtime.ts'

/**
 * Reads a variable. Throws an `OptionError` where the program may not read it, as in Deno without `--allow-env`: it may be set,
 * and ignoring `PERSIST_MODE=replay` would compute what should not be computed.
 */
export function variable(env: Runtime['env'], name: string): string | undefined {
  try {
    return env[name]
  } catch (cause) {
    throw new OptionError(
      `${name} cannot be read: ${(cause as Error).message}. Without variables, use createPersist({ env: {} })`,
      { option: name },
      { cause },
    )
  }
}

/** Reads `PERSIST_VERBOSITY`. Default: 1. */
export function verbosityOf(env: Runtime['env']): Verbosity {
  const text = variable(env, 'PERSIST_VERBOSITY')
  if (text === undefined || text === '') return 1
  if (/^[0-4]$/.test(text)) return Number(text) as Verbosity
  throw new OptionError(`PERSIST_VERBOSITY must be 0, 1, 2, 3 or 4, not ${JSON.stringify(text)}`, {
    option: 'verbosity',
  })
}

/** Reads `PERSIST_MODE`. Default: `'on'`. */
export function callMode(env: Runtime['env']): CallMode {
  const mode = variable(env, 'PERSIST_MODE') || 'on'
  if (mode === 'on' || mode === 'off' || mode === 'refresh' || mode === 'replay') return mode
  throw new OptionError(`PERSIST_MODE must be on, off, refresh or replay, not ${JSON.stringify(mode)}`, {
    option: 'PERSIST_MODE',
  })
}
