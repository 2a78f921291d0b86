import type { MongoClient } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { outlastsCallers, retryOnNetworkError } from '../src/retry.ts'

const named = (name: string) => Object.assign(new Error('lost'), { name })
const coded = (code: string) => Object.assign(new Error('This socket has been ended by the other party'), { code })

describe('an operation over a connection that breaks', () => {
  const LOST = {
    'a network error': named('MongoNetworkError'),
    'a network timeout': named('MongoNetworkTimeoutError'),
    'a pool that was cleared': named('MongoPoolClearedError'),
    'a pipe that broke during a write': coded('EPIPE'),
    'a connection that was reset': coded('ECONNRESET'),
    'a primary that steps down': Object.assign(new Error(), { errorLabels: ['RetryableWriteError'] }),
    'a label in the form of newer drivers': Object.assign(new Error(), {
      errorLabelSet: new Set(['RetryableReadError']),
    }),
  }
  for (const [kind, error] of Object.entries(LOST)) {
    test(`is retried after ${kind}`, async () => {
      let tries = 0
      const act = async () => {
        if (++tries < 3) throw error
        return 'done'
      }
      expect([await retryOnNetworkError(act, () => false), tries]).toEqual(['done', 3])
    })
  }

  test('is retried if the driver found no server, though it looks for longer than a caller waits: the process was busy', async () => {
    let tries = 0
    const act = async () => {
      if (++tries < 3) throw named('MongoServerSelectionError')
      return 'done'
    }
    expect([await retryOnNetworkError(act, () => false, true), tries]).toEqual(['done', 3])
    await expect(
      retryOnNetworkError(
        () => Promise.reject(named('MongoServerSelectionError')),
        () => false,
      ),
    ).rejects.toThrow('lost')
    const client = (serverSelectionTimeoutMS: number) => ({ options: { serverSelectionTimeoutMS } }) as MongoClient
    expect([outlastsCallers(client(2_150), 2_000), outlastsCallers(client(500), 2_000)]).toEqual([true, false])
  })

  test('is not retried after any other error', async () => {
    let tries = 0
    const act = async () => {
      tries++
      throw named('MongoServerError')
    }
    await expect(retryOnNetworkError(act, () => false)).rejects.toThrow('lost')
    expect(tries).toBe(1)
  })

  test('is not retried if no call waits for it any longer', async () => {
    let tries = 0
    const act = async () => {
      tries++
      throw named('MongoNetworkError')
    }
    await expect(retryOnNetworkError(act, () => tries > 1)).rejects.toThrow('lost')
    expect(tries).toBe(2)
  })
})
