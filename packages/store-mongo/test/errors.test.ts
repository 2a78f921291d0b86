import { TimeoutError } from '@persist/store/kit'
import { MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { toStoreError } from '../src/errors.ts'
import { BusyError } from '../src/semaphore.ts'
import { SlowError } from '../src/timeout.ts'

const FACTS = { store: 'mongodb://127.0.0.1/a', operation: 'publish' }

test.each([
  ['no connection was free', new BusyError(1000), 'ERR_PERSIST_STORE_BUSY'],
  ['only this command had no reply', new SlowError(), 'ERR_PERSIST_STORE_BUSY'],
  ['two writes were in conflict', new MongoServerError({ message: 'conflict', code: 112 }), 'ERR_PERSIST_STORE_BUSY'],
  ['there were too many requests', new MongoServerError({ message: 'rate', code: 16500 }), 'ERR_PERSIST_STORE_BUSY'],
  ['the server did not reply', new TimeoutError(1000), 'ERR_PERSIST_STORE_UNAVAILABLE'],
  ['the server refused it', new MongoServerError({ message: 'no', code: 2 }), 'ERR_PERSIST_STORE'],
])('the code says whether a command may succeed later: %s', (_, error, code) => {
  expect(toStoreError(error, FACTS, []).code).toBe(code)
})
