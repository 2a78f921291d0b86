import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'
import { isCompression } from '../codecs/compression.ts'
import { isSignal } from '../runtime/signal.ts'
import type { AnyOptions } from '../types/options.ts'
import { canBeDependedOn, dependencyHint } from './dependency-check.ts'
import { describe } from './describe.ts'
import { durationHint, isDuration } from './duration.ts'

/** The values that an option may have. */
interface Check {
  /** The description for messages. */
  readonly what: string
  readonly fits: (value: unknown) => boolean
  /** The checks of the options inside, if the option is an object of options. */
  readonly inside?: Checks
  /** Suggests how to write the value that was probably meant. */
  readonly hint?: (value: unknown) => string | undefined
}

type Checks = Readonly<Record<string, Check>>

const isFunction = (value: unknown) => typeof value === 'function'
const isObject = (value: unknown) => typeof value === 'object' && value !== null

const FUNCTION: Check = { what: 'a function', fits: isFunction }
const BOOLEAN: Check = { what: 'true or false', fits: (value) => typeof value === 'boolean' }
const NAME: Check = { what: 'a string that is not empty', fits: (value) => typeof value === 'string' && value !== '' }
const COUNT: Check = {
  what: 'a positive whole number',
  fits: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  hint: countHint,
}
const DURATION: Check = {
  what: "a positive number of milliseconds or a string like '30s' or '7d'",
  fits: isDuration,
  hint: durationHint,
}
const TTL: Check = {
  ...DURATION,
  what: `${DURATION.what}, or a function`,
  fits: (it) => isDuration(it) || isFunction(it),
}

const MEMORY: Checks = {
  maxEntries: COUNT,
  maxBytes: COUNT,
  maxAge: DURATION,
  values: { what: "'copied' or 'frozen'", fits: (value) => value === 'copied' || value === 'frozen' },
}
const TRACE: Checks = { root: NAME }

/** The check of every option. */
const CHECKS: Readonly<Record<keyof AnyOptions, Check>> = {
  cache: {
    what: 'a URL or a StoreAdapter',
    fits: (value) => (typeof value === 'string' && value !== '') || isObject(value),
    hint: (value) => (value === '' ? 'is the environment variable set?' : undefined),
  },
  storeOptions: { what: 'an object', fits: isObject },
  funcname: NAME,
  async: BOOLEAN,
  key: FUNCTION,
  storekey: BOOLEAN,
  pickle: FUNCTION,
  unpickle: FUNCTION,
  hash: FUNCTION,
  unhash: FUNCTION,
  metadata: FUNCTION,
  verbosity: { what: '0, 1, 2, 3 or 4', fits: (value) => [0, 1, 2, 3, 4].includes(value as number) },
  ttl: TTL,
  staleWhileRevalidate: DURATION,
  staleIfError: DURATION,
  version: NAME,
  dependsOn: {
    what: 'an array of functions and dependencies',
    fits: (value) => Array.isArray(value) && value.every(canBeDependedOn),
    hint: dependencyHint,
  },
  versions: { what: "'replace' or 'beside'", fits: (value) => value === 'replace' || value === 'beside' },
  trace: {
    what: 'true, false or an object with a root',
    fits: (value) => typeof value === 'boolean' || (isObject(value) && !Array.isArray(value)),
    inside: TRACE,
  },
  shouldStore: FUNCTION,
  validate: { what: 'a Standard Schema or a function', fits: (value) => isFunction(value) || isSchema(value) },
  tags: FUNCTION,
  memory: {
    what: 'true, false or an object of bounds',
    fits: (value) => typeof value === 'boolean' || (isObject(value) && !Array.isArray(value)),
    inside: MEMORY,
  },
  singleFlight: {
    what: "'shared', 'process' or false",
    fits: (value) => value === 'shared' || value === 'process' || value === false,
  },
  concurrency: {
    ...COUNT,
    what: 'a positive whole number, or Infinity',
    fits: (value) => value === Number.POSITIVE_INFINITY || COUNT.fits(value),
  },
  waitTimeout: DURATION,
  onStoreError: { what: "'report' or 'throw'", fits: (value) => value === 'report' || value === 'throw' },
  maxEntries: COUNT,
  maxBytes: COUNT,
  report: FUNCTION,
  waitUntil: FUNCTION,
  compress: {
    what: "true, false, 'gzip', 'brotli' or 'zstd'",
    fits: (value) => typeof value === 'boolean' || isCompression(value),
  },
  // Checked where the keys are read, by messages without the value.
  encrypt: { what: 'a key', fits: () => true },
  audit: BOOLEAN,
}

/** The check of every override of a call: see {@link validateOverrides}. */
const OVERRIDES: Checks = {
  maxAge: DURATION,
  refresh: BOOLEAN,
  bypass: BOOLEAN,
  signal: { what: 'an AbortSignal', fits: isSignal },
}

/**
 * Rejects options that are unknown, of the wrong type, or half of a pair. `undefined` counts as not given.
 *
 * @throws OptionError with the option and the nearest known one.
 */
export function validateOptions(options: object): void {
  check(options, CHECKS, '')
  const { pickle, unpickle } = options as { pickle?: unknown; unpickle?: unknown }
  if ((pickle === undefined) !== (unpickle === undefined)) {
    const option = pickle === undefined ? 'pickle' : 'unpickle'
    throw new OptionError(`pickle and unpickle are each other's inverse: give both; ${option} is missing`, { option })
  }
  const { hash, unhash } = options as { hash?: unknown; unhash?: unknown }
  if (unhash !== undefined && hash === undefined) {
    throw new OptionError('unhash is the inverse of hash: give both; hash is missing', { option: 'hash' })
  }
  const { versions } = options as { versions?: unknown }
  if (versions === 'beside' && !given(options, 'version') && !given(options, 'dependsOn')) {
    throw new OptionError("versions: 'beside' keeps results of several versions: give version or dependsOn as well", {
      option: 'versions',
    })
  }
  for (const option of ['staleWhileRevalidate', 'staleIfError'] as const) {
    if (given(options, option) && !given(options, 'ttl')) {
      throw new OptionError(`${option} begins when ttl ends: give ttl as well`, { option })
    }
  }
}

/**
 * Rejects overrides of a call that are unknown or of the wrong type.
 *
 * @throws OptionError with the override and the nearest known one.
 */
export function validateOverrides(overrides: unknown): asserts overrides is object {
  if (!isObject(overrides) || Array.isArray(overrides)) {
    const message = `with takes an object of overrides, as in f.with({ refresh: true })(x), not ${describe(overrides)}`
    throw new OptionError(message, { option: 'with' })
  }
  check(overrides, OVERRIDES, '')
}

function check(options: object, checks: Checks, prefix: string): void {
  for (const [name, value] of Object.entries(options)) {
    const option = `${prefix}${name}`
    const known = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (known === undefined) throw unknownOption(name, option, checks)
    if (value === undefined) continue
    if (!known.fits(value)) throw wrongType(option, known, value)
    if (known.inside !== undefined && isObject(value)) check(value as object, known.inside, `${option}.`)
  }
}

function given(options: object, option: string): boolean {
  return (options as Record<string, unknown>)[option] !== undefined
}

function wrongType(option: string, { what, hint }: Check, value: unknown): OptionError {
  const suggestion = hint?.(value)
  return new OptionError(
    `the option ${option} must be ${what}, not ${describe(value)}${suggestion === undefined ? '' : `: ${suggestion}`}`,
    { option },
  )
}

function unknownOption(name: string, option: string, checks: Checks): OptionError {
  const known = Object.keys(checks)
  const near = nearest(name, known)
  const hint = near === undefined ? ` (known: ${known.join(', ')})` : `; did you mean ${near}?`
  return new OptionError(`there is no option ${JSON.stringify(option)}${hint}`, { option, nearest: near })
}

function countHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return `write Number(${JSON.stringify(value)})`
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i.exec(value) ?? []
  if (amount === undefined) return undefined
  return `write ${amount} * 1024 ** ${'kmgt'.indexOf(unit!.toLowerCase()) + 1}`
}

function isSchema(value: unknown): boolean {
  const standard = (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard']
  return typeof standard?.validate === 'function'
}
