import { OptionError, StoreError, type StoreErrorCode } from '@persist/errors'
import {
  entryDamaged,
  entryTooLarge,
  mayPass,
  operationFailed,
  operationOn,
  refusedUrl,
  TimeoutError,
  withoutSecrets,
  withTimeout,
} from '@persist/store/kit'
import { expect, test } from 'vitest'

const FACTS = { store: 'shelf://a', namespace: 'double', hash: 'wXS1bv' }

test('an operation that failed says in words what the store could not do, with the facts and the cause', () => {
  const cause = new Error('EACCES: permission denied')
  const error = operationFailed('ERR_PERSIST_STORE', { ...FACTS, operation: 'get' }, cause)
  expect(error).toBeInstanceOf(StoreError)
  expect(error).toMatchObject({ ...FACTS, operation: 'get', code: 'ERR_PERSIST_STORE', cause })
  expect(error.message).toBe('the store shelf://a could not read an entry: EACCES: permission denied')
  expect(operationFailed('ERR_PERSIST_STORE', { store: 'a' }, cause).message).toMatch(/could not be used/)
})

test('an operation has a hash only where one is given', () => {
  expect(operationOn('double', 'clear')).toEqual({ operation: 'clear', namespace: 'double' })
  expect(operationOn('double', 'get', '')).toEqual({ operation: 'get', namespace: 'double', hash: '' })
})

test('what failed may succeed later if the store was unavailable or busy', () => {
  const passes = (code: StoreErrorCode) => mayPass(new StoreError(code, 'failed', { store: 'a' }))
  expect([passes('ERR_PERSIST_STORE_BUSY'), passes('ERR_PERSIST_STORE_UNAVAILABLE')]).toEqual([true, true])
  expect([passes('ERR_PERSIST_STORE_FULL'), passes('ERR_PERSIST_STORE')]).toEqual([false, false])
  expect([mayPass(undefined), mayPass(new Error('failed'))]).toEqual([false, false])
})

test('a damaged entry and one that is too large are reported with their facts', () => {
  expect(entryDamaged(FACTS)).toMatchObject({ ...FACTS, code: 'ERR_PERSIST_ENTRY_DAMAGED' })
  expect(entryDamaged(FACTS).message).toBe(
    'the entry "wXS1bv" of "double" in shelf://a is damaged, and counts as a miss',
  )
  expect(entryDamaged(FACTS, '/a/b.entry').message).toMatch(/^the entry \/a\/b\.entry is damaged/)
  expect(entryTooLarge(FACTS, 11, 10)).toMatchObject({ ...FACTS, code: 'ERR_PERSIST_VALUE_TOO_LARGE' })
})

test('a refused URL shows no password', () => {
  const error = refusedUrl('redis://ann:S3cret@db/x', 'it names no server')
  expect(error).toBeInstanceOf(OptionError)
  expect(error).toMatchObject({ option: 'cache', message: expect.stringMatching(/\*\*\*@db.*: it names no server$/) })
  expect(error.message).not.toContain('S3cret')
})

test('a copy of an error has its name, code and causes, and no secret in any of its parts', () => {
  const cause = Object.assign(new Error('login S3cret refused'), { code: 18, codeName: 'Auth', client: { S3cret: 1 } })
  const copy = withoutSecrets(new TypeError('mongodb://ann:S3cret@db failed', { cause }), ['S3cret'])
  expect(copy).toMatchObject({ name: 'TypeError', message: 'mongodb://***@db failed' })
  expect(copy.cause).toMatchObject({ code: 18, codeName: 'Auth', message: 'login *** refused' })
  expect(JSON.stringify([copy, copy.cause, copy.stack, (copy.cause as Error).stack])).not.toContain('S3cret')
  expect(copy.cause).not.toHaveProperty('client')
})

test('an error without a message is described by its attempts, or by its code', () => {
  const attempts = new AggregateError([new Error('refused by ::1'), new Error('refused by 127.0.0.1')])
  expect(withoutSecrets(attempts).message).toBe('refused by ::1; refused by 127.0.0.1')
  expect(withoutSecrets(Object.assign(new Error(), { code: 'EPIPE' })).message).toBe('EPIPE')
  expect(withoutSecrets('just a string').message).toBe('just a string')
})

test('causes that lead in a ring are copied a few times', () => {
  const ring: Error & { cause?: unknown } = new Error('ring')
  ring.cause = ring
  let depth = 0
  for (let error: unknown = withoutSecrets(ring); error !== undefined; error = (error as Error).cause) depth++
  expect(depth).toBe(5)
})

test('an answer that does not come is a TimeoutError, and one that comes is passed on', async () => {
  await expect(withTimeout(1, () => new Promise(() => {}))).rejects.toThrow(TimeoutError)
  await expect(withTimeout(60_000, async () => 'answer')).resolves.toBe('answer')
  await expect(withTimeout(60_000, () => Promise.reject(new Error('failure')))).rejects.toThrow('failure')
})
