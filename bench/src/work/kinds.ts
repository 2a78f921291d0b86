/** Twelve kinds of results that real programs return. */
export const KINDS: Readonly<Record<string, () => unknown>> = {
  Date: () => new Date(86_400_000),
  Map: () =>
    new Map<unknown, unknown>([
      ['a', 1],
      [2, 'b'],
    ]),
  Set: () => new Set([1, 'a']),
  undefined: () => undefined,
  '-0': () => -0,
  NaN: () => Number.NaN,
  BigInt: () => 12_345_678_901_234_567_890n,
  Uint8Array: () => Uint8Array.of(0, 127, 255),
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
  'sparse array': () => [1, , 3],
  cycle: () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop.self = loop
    return loop
  },
  Error: () => new TypeError('no such thing'),
  RegExp: () => /a+\/b/gi,
}

const at = '1970-01-02T00:00:00.000Z'

/** Twelve pairs of argument lists for which a function may return different results. */
export const PAIRS: Readonly<Record<string, readonly [readonly unknown[], readonly unknown[]]>> = {
  "1 and '1'": [[1], ['1']],
  "[1, 2] and '1,2'": [[[1, 2]], ['1,2']],
  "('a', 'b') and ('a', 'c')": [
    ['a', 'b'],
    ['a', 'c'],
  ],
  '{ a: undefined } and {}': [[{ a: undefined }], [{}]],
  '0 and -0': [[0], [-0]],
  'NaN and null': [[Number.NaN], [null]],
  'null and undefined': [[null], [undefined]],
  'a Date and its ISO text': [[new Date(at)], [at]],
  'two Maps': [[new Map([['a', 1]])], [new Map([['a', 2]])]],
  'two Sets': [[new Set([1])], [new Set([2])]],
  '1n and 1': [[1n], [1]],
  '/a/ and /b/': [[/a/], [/b/]],
}
