import { checkStoreOptions, POSITIVE_MS } from '@persist/store/kit'
import { expect, test } from 'vitest'

const CHECKS = {
  leaseMs: POSITIVE_MS,
  flush: ['true or false', (value: unknown) => typeof value === 'boolean'],
} as const
const check = (options: object) => () => checkStoreOptions('aStore', options as Record<string, unknown>, CHECKS)

test.each([{}, { leaseMs: 1 }, { leaseMs: undefined, flush: false }])('%o is taken', (options) => {
  expect(check(options)).not.toThrow()
})

test.each([
  [{ leaseMs: 0 }, 'leaseMs'],
  [{ leaseMs: Number.NaN }, 'leaseMs'],
  [{ leaseMs: '100' }, 'leaseMs'],
  [{ leaseMs: Number.POSITIVE_INFINITY }, 'leaseMs'],
  [{ flush: 'false' }, 'flush'],
])('%o is refused, with what it must be', (options, option) => {
  expect(check(options)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option }))
  expect(check(options)).toThrow(/must be (a positive number of milliseconds|true or false)/)
})

test.each(['leasMs', 'constructor', '__proto__'])('an option %s is unknown', (option) => {
  expect(check(Object.fromEntries([[option, 1]]))).toThrow(
    expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option }),
  )
  expect(check({ leasMs: 1 })).toThrow(/did you mean leaseMs\?/)
})
