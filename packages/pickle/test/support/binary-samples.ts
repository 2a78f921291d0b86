/** Values whose binary parts are stored outside of the text. The golden file of version 2 has a line for each. */
export const binarySamples: Readonly<Record<string, () => unknown>> = {
  Uint8Array: () => counted(1024),
  Uint8ClampedArray: () => new Uint8ClampedArray(counted(1024)),
  Int8Array: () => new Int8Array(counted(1024).buffer),
  Int16Array: () => new Int16Array(counted(1024).buffer),
  Uint16Array: () => new Uint16Array(counted(1024).buffer),
  Int32Array: () => new Int32Array(counted(1024).buffer),
  Uint32Array: () => new Uint32Array(counted(1024).buffer),
  Float32Array: () => Float32Array.from({ length: 256 }, (_, index) => index / 3),
  Float64Array: () => Float64Array.from({ length: 128 }, (_, index) => index / 3),
  BigInt64Array: () => new BigInt64Array(counted(1024).buffer),
  BigUint64Array: () => new BigUint64Array(counted(1024).buffer),
  ArrayBuffer: () => counted(1024).buffer,
  DataView: () => new DataView(counted(1024).buffer),
  Buffer: () => Buffer.from(counted(1024)),
  'a view of a larger buffer': () => counted(4096).subarray(8, 1032),
  'two parts with padding between them': () => ({ é: counted(1021), b: Float64Array.from({ length: 8 }, Math.sqrt) }),
  'small parts stay in the text': () => [counted(1024), counted(63), new Float64Array(), counted(64)],
  'parts of 64 bytes, a kilobyte in all': () => Array.from({ length: 16 }, () => counted(64)),
  'one part in two places': () => {
    const shared = counted(1024)
    return { first: shared, second: new Map([[shared, [shared]]]) }
  },
  'beside other rich values': () => ({ at: new Date(0), rows: new Map([['a', counted(1024)]]), none: undefined }),
  'in an error that is its own cause': () => {
    const error = Object.assign(new Error('a'), { body: counted(1024) })
    error.cause = error
    return error
  },
}

function counted(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index * 7)
}
