import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../src/bytes.ts'

describe('base64 of bytes', () => {
  it.each([
    [1, [1, 2, 3]],
    [2, [0x0102, 0x0304]],
    [4, [0x01020304]],
    [8, [0x0102030405060708n]],
  ] as const)('is in little-endian order on a machine of either order: %s bytes', (size, numbers) => {
    const little = new ArrayBuffer(numbers.length * size)
    const big = new ArrayBuffer(numbers.length * size)
    for (const [memory, isLittle] of [
      [little, true],
      [big, false],
    ] as const) {
      const view = new DataView(memory)
      for (const [index, number] of numbers.entries()) {
        if (size === 8) view.setBigUint64(index * size, number as unknown as bigint, isLittle)
        else if (size === 4) view.setUint32(index * size, number as number, isLittle)
        else if (size === 2) view.setUint16(index * size, number as number, isLittle)
        else view.setUint8(index, number as number)
      }
    }
    const base64 = toBase64(new Uint8Array(little), size, 'LE')
    expect(toBase64(new Uint8Array(big), size, 'BE')).toBe(base64)
    expect(Buffer.from(fromBase64(base64, size, 'LE'))).toEqual(Buffer.from(little))
    expect(Buffer.from(fromBase64(base64, size, 'BE'))).toEqual(Buffer.from(big))
  })

  it('does not change the bytes that it encodes', () => {
    const bytes = Uint8Array.from([1, 2])
    toBase64(bytes, 2, 'BE')
    expect([...bytes]).toEqual([1, 2])
  })

  it.each(['a', 'ab', 'abc', 'a*b=', '====', 'ab cd===', null, 1, ['AAAA']])('cannot be read from %j', (base64) => {
    expect(() => fromBase64(base64, 1)).toThrow()
  })
})
