import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'

type Check = readonly [what: string, fits: (value: unknown) => boolean]

const isFunction: Check = ['a function', (value) => typeof value === 'function']
const isBoolean: Check = ['true or false', (value) => typeof value === 'boolean']
const isText: Check = ['a text', (value) => typeof value === 'string']
const isName: Check = ['a text that is not empty', (value) => typeof value === 'string' && value !== '']
const isCount: Check = ['a positive whole number', (value) => Number.isSafeInteger(value) && (value as number) > 0]
const isDuration: Check = ['milliseconds or a text', (value) => typeof value === 'number' || typeof value === 'string']
const isTtl: Check = ['milliseconds, a text or a function', (value) => isDuration[1](value) || isFunction[1](value)]

/** Every option and what it may be. Durations are read, and refused, where they become milliseconds. */
const CHECKS: Readonly<Record<string, Check>> = {
  cache: ['a URL or a StoreAdapter', (value) => typeof value === 'string' || (typeof value === 'object' && !!value)],
  storeOptions: ['an object', (value) => typeof value === 'object' && value !== null],
  funcname: isName,
  key: isFunction,
  storekey: isBoolean,
  pickle: isFunction,
  unpickle: isFunction,
  hash: isFunction,
  unhash: isFunction,
  metadata: isFunction,
  verbosity: ['0, 1, 2, 3 or 4', (value) => [0, 1, 2, 3, 4].includes(value as number)],
  ttl: isTtl,
  staleWhileRevalidate: isDuration,
  staleIfError: isDuration,
  version: isText,
  dependsOn: ['an array of functions', (value) => Array.isArray(value) && value.every(isFunction[1])],
  shouldStore: isFunction,
  validate: ['a Standard Schema or a function', (value) => isFunction[1](value) || isSchema(value)],
  tags: isFunction,
  memory: ['true, false or bounds', (value) => typeof value === 'boolean' || (typeof value === 'object' && !!value)],
  singleFlight: [
    "'shared', 'process' or false",
    (value) => value === 'shared' || value === 'process' || value === false,
  ],
  waitTimeout: isDuration,
  onStoreError: ["'report' or 'throw'", (value) => value === 'report' || value === 'throw'],
  maxEntries: isCount,
  maxBytes: isCount,
  report: isFunction,
  waitUntil: isFunction,
}

/**
 * Refuses options that are unknown, of the wrong type, or half of a pair. `undefined` counts as not given.
 *
 * @throws OptionError that names the option and the known one nearest to it.
 */
export function checkOptions(options: object): void {
  for (const [option, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, option) ? CHECKS[option] : undefined
    if (check === undefined) throw unknownOption(option)
    if (value !== undefined && !check[1](value)) {
      throw new OptionError(`the option ${option} must be ${check[0]}`, { option })
    }
  }
  const { pickle, unpickle } = options as { pickle?: unknown; unpickle?: unknown }
  if ((pickle === undefined) !== (unpickle === undefined)) {
    const option = pickle === undefined ? 'pickle' : 'unpickle'
    throw new OptionError(`pickle and unpickle are each other's inverse: give both; ${option} is missing`, { option })
  }
  const { hash, unhash } = options as { hash?: unknown; unhash?: unknown }
  if (unhash !== undefined && hash === undefined) {
    throw new OptionError('unhash is the inverse of hash: give both; hash is missing', { option: 'hash' })
  }
}

function unknownOption(option: string): OptionError {
  const near = nearest(option, Object.keys(CHECKS))
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  return new OptionError(`there is no option ${JSON.stringify(option)}${hint}`, { option, nearest: near })
}

function isSchema(value: unknown): boolean {
  const standard = (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard']
  return typeof standard?.validate === 'function'
}
