import { UnpickleError } from '@persist/errors'
import { pickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binarySamples } from './support/binary-samples.ts'
import { noFunctionIn, prototypesUnchanged } from './support/harm.ts'
import { mutations } from './support/mutations.ts'

const payloads = Object.values(binarySamples).map((make) => Buffer.from(pickle(make()) as Uint8Array))

/** A payload of a line, filled up to a multiple of 8 bytes, and what follows it. */
function payloadOf(text: string, after: Uint8Array): Buffer {
  const length = Math.ceil((Buffer.byteLength(text) + 1) / 8) * 8
  return Buffer.concat([Buffer.from(text), Buffer.alloc(length - Buffer.byteLength(text) - 1, ' '), Buffer.from('\n'), after]) // biome-ignore format: one line
}

/** Mutations of the text, beside the parts as they are. */
const wrongTexts = fc.constantFrom(...payloads).chain((payload) => {
  const end = payload.indexOf('\n')
  return mutations([payload.toString('utf8', 0, end).trimEnd()]).map((text) =>
    payloadOf(text, payload.subarray(end + 1)),
  )
})

/** Bytes that are changed, cut off, added or left out anywhere. */
const wrongBytes = fc
  .tuple(fc.constantFrom(...payloads), fc.nat(), fc.integer({ min: 0, max: 64 }), fc.uint8Array({ maxLength: 16 }))
  .map(([payload, place, length, bytes]) => {
    const at = place % payload.length
    return Buffer.concat([payload.subarray(0, at), bytes, payload.subarray(at + length)])
  })

/** All buffers that a value shows. */
function buffersIn(root: unknown): ArrayBufferLike[] {
  const seen = new Set<unknown>()
  const open: unknown[] = [root]
  const buffers: ArrayBufferLike[] = []
  while (open.length > 0) {
    const part = open.pop()
    if (typeof part !== 'object' || part === null || seen.has(part)) continue
    seen.add(part)
    if (part instanceof ArrayBuffer) buffers.push(part)
    else if (ArrayBuffer.isView(part)) {
      expect([part.byteOffset, part.byteLength]).toEqual([0, part.buffer.byteLength])
      buffers.push(part.buffer)
    } else if (part instanceof Map) for (const [key, member] of part) open.push(key, member)
    else if (part instanceof Set) open.push(...part)
    else for (const key of Object.getOwnPropertyNames(part)) open.push((part as Record<string, unknown>)[key])
  }
  return buffers
}

describe('a hostile payload with parts', () => {
  it.each([
    ['its text', wrongTexts],
    ['its bytes', wrongBytes],
  ])('mutated 15,000 times in %s, is an UnpickleError, or a value with buffers of its own', (_what, mutated) => {
    const unchanged = prototypesUnchanged()
    const outcomes = { value: 0, refused: 0 }
    fc.assert(
      fc.property(mutated, (payload) => {
        let value: unknown
        try {
          value = unpickle(payload)
        } catch (error) {
          if (!(error instanceof UnpickleError)) throw new Error('not an UnpickleError', { cause: error })
          outcomes.refused++
          return
        }
        outcomes.value++
        noFunctionIn(value)
        const buffers = buffersIn(value)
        expect(new Set([payload.buffer, ...buffers]).size).toBe(buffers.length + 1)
        expect(buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThanOrEqual(payload.length)
      }),
      { numRuns: 15_000 },
    )
    unchanged()
    expect(outcomes.value).toBeGreaterThan(100)
    expect(outcomes.refused).toBeGreaterThan(100)
  })

  const custom = '["custom","persist"]'
  const one = (json: string, values = custom) => `"json":${json},"meta":{"values":[${values}],"v":1}}`
  const bytes = new Uint8Array(16)
  it.each([
    ['a part is longer than the payload', `{"v":2,"parts":[17],${one('["Uint8Array",0]')}`],
    ['a part is shorter than the rest of the payload', `{"v":2,"parts":[8],${one('["Uint8Array",0]')}`],
    ['a length is negative', `{"v":2,"parts":[-8,24],${one('["Uint8Array",0]')}`],
    ['a length is a fraction', `{"v":2,"parts":[15.5],${one('["Uint8Array",0]')}`],
    ['a length is huge', `{"v":2,"parts":[1e308],${one('["Uint8Array",0]')}`],
    ['a length is a string', `{"v":2,"parts":["16"],${one('["Uint8Array",0]')}`],
    ['a length is zero', `{"v":2,"parts":[16,0],${one('["Uint8Array",0]')}`],
    ['there are no lengths', `{"v":2,"parts":[],${one('["Uint8Array",0]')}`],
    ['the lengths are no array', `{"v":2,"parts":{"0":16},${one('["Uint8Array",0]')}`],
    ['the lengths are missing', `{"v":2,${one('["Uint8Array",0]')}`],
    ['a part has no number', `{"v":2,"parts":[16],${one('["Uint8Array",1]')}`],
    ['a number is negative', `{"v":2,"parts":[16],${one('["Uint8Array",-1]')}`],
    ['a number is a fraction', `{"v":2,"parts":[16],${one('["Uint8Array",0.5]')}`],
    ['a number is a string', `{"v":2,"parts":[16],${one('["Uint8Array","0"]')}`],
    ['the type holds no bytes', `{"v":2,"parts":[16],${one('["URLSearchParams",0]')}`],
    ['the bytes do not fill a number', `{"v":2,"parts":[9],${one('["Float64Array",0]')}`],
    ['the value has no annotations', '{"v":2,"parts":[16],"json":["Uint8Array",0]}'],
    ['the value lacks a part', `{"v":2,"parts":[8,8],${one('["Uint8Array",0]')}`],
    [
      'a part is there twice',
      `{"v":2,"parts":[16],"json":[["Uint8Array",0],["Uint8Array",0]],"meta":{"values":{"0":[${custom}],"1":[${custom}]},"v":1}}`,
    ],
    ['the version is 1', `{"v":1,"parts":[16],${one('["Uint8Array",0]')}`],
    ['the version is newer', `{"v":3,"parts":[16],${one('["Uint8Array",0]')}`],
    ['there is one thing too many', `{"v":2,"parts":[16],"more":1,${one('["Uint8Array",0]')}`],
  ])('is refused: %s', (_what, text) => {
    const right = `{"v":2,"parts":[16],${one('["Uint8Array",0]')}`
    expect(unpickle(payloadOf(right, bytes))).toEqual(bytes)
    expect(() => unpickle(payloadOf(text, bytes))).toThrow(UnpickleError)
    expect(() => unpickle(text)).toThrow(UnpickleError)
  })

  it('is refused if the padding between two parts is not zero, or the line is filled up to another length', () => {
    const payload = payloadOf(
      `{"v":2,"parts":[4,8],"json":[["Uint8Array",0],["Uint8Array",1]],"meta":{"values":{"0":[${custom}],"1":[${custom}]},"v":1}}`,
      bytes,
    )
    expect(unpickle(payload)).toEqual([new Uint8Array(4), new Uint8Array(8)])
    const wrong = Buffer.from(payload)
    wrong[payload.length - 10] = 1
    expect(() => unpickle(wrong)).toThrow(UnpickleError)
    const end = payload.indexOf('\n')
    expect(() => unpickle(Buffer.concat([payload.subarray(0, end), Buffer.from(' '), payload.subarray(end)]))).toThrow(
      UnpickleError,
    )
  })
})
