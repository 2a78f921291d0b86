import { createPickle, pickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import SuperJSON, { SuperJSON as SuperJSONClass } from 'superjson'
import { describe, expect, it } from 'vitest'
import { binarySamples } from './support/binary-samples.ts'
import { bringsBack } from './support/brings-back.ts'
import { richGraphs } from './support/random-values.ts'
import { strictDifference } from './support/strict-difference.ts'

const inText = createPickle({ binary: false })

function bytesOf(value: unknown): Buffer {
  const payload = pickle(value)
  expect(payload).toBeInstanceOf(Uint8Array)
  return Buffer.from(payload as Uint8Array)
}

/** The text of a payload with parts, and where its parts begin. */
function lineOf(payload: Buffer): { readonly text: string; readonly start: number } {
  const end = payload.indexOf('\n')
  return { text: payload.toString('utf8', 0, end), start: end + 1 }
}

describe('a value with a kilobyte of binary parts', () => {
  it.each(Object.entries(binarySamples))(
    'comes back equal from bytes, and from a string with base64: %s',
    (_, make) => {
      expect(strictDifference(make(), unpickle(bytesOf(make())))).toBeUndefined()
      const payload = inText.pickle(make())
      expect(payload).toMatch(/^\{"v":1,.*\}$/)
      expect(strictDifference(make(), unpickle(payload))).toBeUndefined()
    },
  )

  it('stays a string below a kilobyte in all, and parts below 64 bytes do not count', () => {
    expect(pickle(new Uint8Array(1023))).toBeTypeOf('string')
    expect(pickle(Array.from({ length: 100 }, () => new Uint8Array(63)))).toBeTypeOf('string')
    expect(pickle(Array.from({ length: 16 }, () => new Uint8Array(64)))).not.toBeTypeOf('string')
  })

  it('has its parts after the text as they are, each at a multiple of 8 bytes', () => {
    const [first, second] = [Buffer.alloc(1021, 'a'), Buffer.alloc(70, 'b')]
    const payload = bytesOf({ é: first, second })
    const { text, start } = lineOf(payload)
    expect(JSON.parse(text).parts).toEqual([1021, 70])
    expect(start % 8).toBe(0)
    expect(payload.subarray(start, start + 1021).equals(first)).toBe(true)
    expect(payload.subarray(start + 1024).equals(second)).toBe(true)
    expect([...payload.subarray(start + 1021, start + 1024)]).toEqual([0, 0, 0])
  })

  it('shares no buffer with its payload, with another result, or with another part', () => {
    const payload = bytesOf({ a: new Uint8Array(1000), b: Buffer.alloc(1000), c: [new DataView(new ArrayBuffer(64))] })
    const results = [1, 2].map(() => unpickle(payload) as { a: Uint8Array; b: Buffer; c: [DataView] })
    const views = results.flatMap(({ a, b, c }) => [a, b, c[0]])
    expect(new Set([payload.buffer, ...views.map((view) => view.buffer)]).size).toBe(7)
    for (const view of views) expect([view.byteOffset, view.buffer.byteLength]).toEqual([0, view.byteLength])
  })

  it('comes back from bytes at any offset of a larger buffer, and from memory that threads share', () => {
    const value = { at: new Date(0), numbers: Float64Array.from({ length: 200 }, Math.sqrt) }
    const payload = bytesOf(value)
    for (const memory of [new ArrayBuffer(payload.length + 20), new SharedArrayBuffer(payload.length + 20)]) {
      const view = new Uint8Array(memory, 13, payload.length)
      view.set(payload)
      const back = unpickle(view) as typeof value
      expect(strictDifference(value, back)).toBeUndefined()
      expect(back.numbers.buffer).toBeInstanceOf(ArrayBuffer)
    }
  })

  it('is the same whatever its owner changes after it was pickled', () => {
    const bytes = new Uint8Array(2000)
    const payload = pickle(bytes)
    bytes.fill(1)
    expect(unpickle(payload)).toEqual(new Uint8Array(2000))
  })

  it('is a PickleError if a getter moves its memory while it is read', () => {
    const bytes = new Uint8Array(2000)
    const value = {
      bytes,
      get moved() {
        return structuredClone(bytes.buffer, { transfer: [bytes.buffer] }).byteLength
      },
    }
    expect(() => pickle(value)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_PICKLE', path: '$.bytes' }))
  })

  it('obeys maxBytes, to write and to read', () => {
    const payload = bytesOf(new Uint8Array(2000))
    const exact = createPickle({ maxBytes: payload.length })
    expect(exact.unpickle(exact.pickle(new Uint8Array(2000)))).toEqual(new Uint8Array(2000))
    const less = createPickle({ maxBytes: payload.length - 1 })
    expect(() => less.pickle(new Uint8Array(2000))).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_PICKLE' }))
    expect(() => less.unpickle(payload)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_UNPICKLE' }))
  })

  it('can be more than fits into a string', () => {
    const back = unpickle(pickle({ all: new Uint8Array(410_000_000) })) as { all: Uint8Array }
    expect(back.all.length).toBe(410_000_000)
  })

  it('has a text that superjson reads, once it knows the name of our types', () => {
    const reader = new SuperJSONClass()
    reader.registerCustom<unknown[], never>(
      { isApplicable: (v): v is unknown[] => Array.isArray(v), serialize: (v) => v as never, deserialize: (v) => v },
      'persist',
    )
    const payload = bytesOf({ at: new Date(0), bytes: new Uint8Array(2000), more: new Set([1n]) })
    const read = reader.parse(lineOf(payload).text)
    expect(read).toEqual({ at: new Date(0), bytes: ['Uint8Array', 0], more: new Set([1n]) })
    expect(() => SuperJSON.parse(lineOf(payload).text)).toThrow()
  })

  it('comes back equal beside random graphs, 1,000 times', () => {
    const parts = fc
      .tuple(fc.constantFrom(Uint8Array, Float64Array, Buffer, DataView), fc.integer({ min: 0, max: 300 }))
      .map(([type, length]) => {
        const memory = Uint8Array.from({ length: length * 8 }, (_, index) => index).buffer
        return type === Buffer ? Buffer.from(memory) : new (type as typeof Uint8Array)(memory)
      })
    bringsBack({ pickle, unpickle }, fc.tuple(richGraphs, fc.array(parts, { maxLength: 4 }), richGraphs), 1_000)
  })
})

it('the option binary is true or false, and the binary pickle of V8 has no such option', async () => {
  const v8 = await import('@persist/pickle/v8')
  const isOptionError = expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option: 'binary' })
  expect(() => createPickle({ binary: 1 as never })).toThrow(isOptionError)
  expect(() => v8.createPickle({ binary: false } as never)).toThrow(isOptionError)
})
