import { expect, test } from 'vitest'
import { cannotOpen, toStoreError } from '../src/errors.ts'

test.each([
  ['there are too many readers', -30790, 'ERR_PERSIST_STORE_BUSY'],
  ['the process has too many files open', 24, 'ERR_PERSIST_STORE_BUSY'],
  ['the process has no memory', 'ENOMEM', 'ERR_PERSIST_STORE_BUSY'],
  ['the disk is full', 28, 'ERR_PERSIST_STORE_FULL'],
  ['the file is away', 2, 'ERR_PERSIST_STORE_UNAVAILABLE'],
  ['an argument is wrong', 22, 'ERR_PERSIST_STORE'],
])('the code says whether an operation may succeed later: %s', (_, code, expected) => {
  const error = Object.assign(new Error('failed'), { code })
  expect(toStoreError(error, { store: 'lmdb:a' })).toMatchObject({ code: expected })
  expect(cannotOpen('lmdb:a', error).code).toBe(expected)
})
