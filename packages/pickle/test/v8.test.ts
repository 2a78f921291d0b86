import { serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { UnpickleError } from '@persist/errors'
import { createPickle, pickle, unpickle } from '@persist/pickle/v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noFunctionIn, prototypesUnchanged } from './support/harm.ts'
import { plainSamples, richSamples } from './support/samples.ts'

/** Bytes with a valid header: magic, version, flags and checksum. */
function sealed(body: Uint8Array, flags = 0): Buffer {
  const header = Buffer.from([0x50, 0x56, 0x38, 1, flags, 0, 0, 0, 0])
  header.writeUInt32LE(crc32(body, crc32(Buffer.from([flags]))), 5)
  return Buffer.concat([header, body])
}

const payloads = [...Object.values(plainSamples), ...Object.values(richSamples)].map((make) =>
  Buffer.from(pickle(make())),
)

const edited = fc
  .tuple(
    fc.constantFrom(...payloads),
    fc.array(fc.tuple(fc.nat(100_000), fc.nat(255), fc.constantFrom('set', 'cut', 'add')), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([payload, edits]) =>
    edits.reduce<Buffer>((bytes, [place, byte, how]) => {
      const at = place % Math.max(1, bytes.length)
      if (how === 'cut') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
      if (how === 'add') return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)])
      const copy = Buffer.from(bytes)
      copy[at] = byte
      return copy
    }, payload),
  )

function outcome(payload: Uint8Array): 'value' | 'refused' {
  let value: unknown
  try {
    value = unpickle(payload)
  } catch (error) {
    if (error instanceof UnpickleError) return 'refused'
    throw error
  }
  noFunctionIn(value)
  return 'value'
}

describe('the binary pickle', () => {
  it('refuses 15,000 damaged payloads by their checksum', () => {
    fc.assert(
      fc.property(edited, (payload) => {
        if (payloads.some((whole) => whole.equals(payload))) return
        expect(outcome(payload)).toBe('refused')
      }),
      { numRuns: 15_000 },
    )
  })

  it('returns a value or throws an UnpickleError for 15,000 mutations with a valid checksum, and changes no prototype', () => {
    const unchanged = prototypesUnchanged()
    const outcomes = { value: 0, refused: 0 }
    fc.assert(
      fc.property(edited, fc.constantFrom(0, 1), (payload, flags) => {
        outcomes[outcome(sealed(payload.subarray(9), payload.length > 4 ? payload[4]! & 1 : flags))]++
      }),
      { numRuns: 15_000 },
    )
    unchanged()
    expect(outcomes.value).toBeGreaterThan(500)
    expect(outcomes.refused).toBeGreaterThan(500)
  })

  it.each([
    ['no bytes', new Uint8Array(0)],
    ['a string', 'PV8'],
    ['a text pickle as bytes', Buffer.from('{"v":1,"json":1}')],
    ['a cut header', sealed(serialize(1)).subarray(0, 7)],
    ['a newer version', Buffer.from(sealed(serialize(1))).fill(2, 3, 4)],
    ['an unknown flag', sealed(serialize(1), 8)],
    ['the bytes of another engine', sealed(serialize(1), 4)],
    ['numbers in the byte order of another machine', sealed(serialize(1), 2)],
    ['a wire version of a future V8', sealed(Buffer.from([0xff, 0x7f, 0x49, 2]))],
    ['a value that should be a pair', sealed(serialize(1), 1)],
    ['a pair without a list', sealed(serialize([1, 2]), 1)],
    ['a list with four billion holes', sealed(serialize([1, new Array(4_000_000_000)]), 1)],
    ['a list of something else', sealed(serialize([1, [{}]]), 1)],
    ['a name without a type', sealed(serialize(tagged('Nope', 1)), 1)],
    ['a reference, which the binary format does not have', sealed(serialize(tagged('ref', 0)), 1)],
    ['an error with an empty payload', sealed(serialize(tagged('Error', null)), 1)],
    ['an error that contains itself', sealed(serialize(selfMade('Error')), 1)],
    ['a URL that contains itself', sealed(serialize(selfMade('URL')), 1)],
    ['an object without a prototype that contains itself', sealed(serialize(selfMade('null-prototype')), 1)],
  ])('is refused when it is %s', (_what, payload) => {
    expect(() => unpickle(payload)).toThrow(UnpickleError)
  })

  it.each([
    [4, /another JavaScript engine/],
    [5, /another JavaScript engine/],
    [2, /another byte order/],
    [8, /flags that this package does not know/],
  ])('refuses the flags %i with a reason', (flags, reason) => {
    expect(() => unpickle(sealed(serialize(1), flags))).toThrow(reason)
  })

  it('reads a tagged value among four billion holes', () => {
    const array: unknown[] = []
    array.length = 4_000_000_000
    array[5] = new URL('http://example.org/')
    const back = unpickle(pickle(array)) as unknown[]
    expect(back.length).toBe(4_000_000_000)
    expect(Object.keys(back)).toEqual(['5'])
    expect(back[5]).toEqual(new URL('http://example.org/'))
  })

  it('returns new bytes, which a change of the payload does not reach', () => {
    const payload = pickle([
      new Float64Array([1, 2]),
      new Uint8Array([1, 2, 3]),
      Buffer.from('abc'),
      new DataView(new ArrayBuffer(3)),
      new ArrayBuffer(2),
    ])
    const [floats, bytes, buffer, view, memory] = unpickle(payload) as [
      Float64Array,
      Uint8Array,
      Buffer,
      DataView,
      ArrayBuffer,
    ]
    payload.fill(255)
    expect([...floats]).toEqual([1, 2])
    expect([...bytes]).toEqual([1, 2, 3])
    expect(buffer.toString()).toBe('abc')
    expect(view.getInt8(0)).toBe(0)
    expect([floats, bytes, buffer, view].map((part) => part.buffer.byteLength)).toEqual([16, 3, 3, 3])
    expect(memory.byteLength).toBe(2)
  })

  it('reads a payload at any offset in memory', () => {
    const payload = pickle(new Float64Array([1.5, -2.5]))
    for (let shift = 0; shift < 9; shift++) {
      const moved = new Uint8Array(payload.length + shift + 5)
      moved.set(payload, shift)
      expect(unpickle(moved.subarray(shift, shift + payload.length))).toEqual(new Float64Array([1.5, -2.5]))
    }
  })

  it('adds nine bytes of magic, flags and checksum to the bytes of V8', () => {
    for (const make of Object.values(plainSamples)) {
      expect(pickle(make()).length).toBe(serialize(make()).length + 9)
    }
  })

  it('keeps stacks only with the option stacks, although V8 keeps them', () => {
    const error = new TypeError('a')
    expect(Buffer.from(pickle(error)).includes('v8.test')).toBe(false)
    expect(Buffer.from(createPickle({ stacks: true }).pickle(error)).includes('v8.test')).toBe(true)
  })
})

function tagged(name: string, payload: unknown): unknown {
  const source = [name, payload]
  return [source, [source]]
}

function selfMade(name: string): unknown {
  const source: unknown[] = [name]
  source.push(source)
  return [source, [source]]
}
