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

/** What `PERSIST_MODE` says. */
interface ModeSetting {
  readonly mode: CallMode
  /** The share of hits that are verified, above 0 and up to 1. */
  readonly verifyRate?: number
}

/** Reads `PERSIST_MODE`. Default: `'on'`. With `verify`, calls are as with `on`. */
export function modeSetting(env: Runtime['env']): ModeSetting {
  const mode = variable(env, 'PERSIST_MODE') || 'on'
  if (mode === 'on' || mode === 'off' || mode === 'refresh' || mode === 'replay') return { mode }
  if (mode === 'verify') return { mode: 'on', verifyRate: 1 }
  const verifyRate = /^verify:\d*\.?\d+$/.test(mode) ? Number(mode.slice('verify:'.length)) : 0
  if (verifyRate > 0 && verifyRate <= 1) return { mode: 'on', verifyRate }
  throw new OptionError(
    `PERSIST_MODE must be on, off, refresh, replay, verify, or verify with a share of hits like verify:0.01, not ${JSON.stringify(mode)}`,
    { option: 'PERSIST_MODE' },
  )
}
