import { pickle } from '@persist/pickle'
import * as v8 from '@persist/pickle/v8'
import { expect, it } from 'vitest'
import { decodePayload } from '../src/entries/decode.ts'

const value = { at: new Date(0), numbers: new Float64Array(1000) }

it.each([
  ['text', pickle({ at: new Date(0) }), { at: new Date(0) }],
  ['text with binary parts', pickle(value), value],
  ['bytes of V8', v8.pickle(value), value],
])('decodes a default pickle: %s', async (_what, payload, expected) => {
  expect(await decodePayload(payload)).toEqual({ kind: 'value', value: expected })
})

it('says why a pickle with binary parts cannot be read', async () => {
  const damaged = (pickle(value) as Uint8Array).slice(0, -1)
  expect(await decodePayload(damaged)).toEqual({
    kind: 'bytes',
    bytes: damaged,
    damaged: expect.stringContaining('cut off'),
  })
})

it('leaves other bytes as they are', async () => {
  const bytes = Uint8Array.of(0x7b, 0x22)
  expect(await decodePayload(bytes)).toEqual({ kind: 'bytes', bytes })
})
