import { positional } from '@persist/key'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** Functions that cannot distinguish `f(1)` from `f(1, undefined)`. */
const CANNOT_COUNT = [
  '(x, y) => [x, y]',
  'function (x, y) { return [x, y] }',
  '(x, y = 2) => [x, y]',
  'async (x, y) => [x, y]',
  '({ a }, y) => [a, y]',
  'function* (x, y) { yield [x, y] }',
]
/** Functions that can distinguish them, by the number of their arguments. */
const CAN_COUNT = [
  '(...all) => all.length',
  '(x, ...more) => more.length',
  'function () { return arguments.length }',
  'function (x) { return (() => arguments.length)() }',
  'function (x) { return [...arguments].length }',
]
const BUILDS = {
  'as written': {},
  'for ES2015': { target: 'es2015' },
  minified: { minify: true },
} as const

describe.each(Object.entries(BUILDS))('the default key of a function %s', (_name, build) => {
  const compile = (source: string) => {
    const { code } = transformSync(`globalThis.made = ${source}`, build)
    // biome-ignore lint/security/noGlobalEval: this tests the built source of a function
    return globalThis.eval(`${code}; globalThis.made`) as (...args: unknown[]) => unknown
  }

  it.each(CAN_COUNT)('keeps trailing undefined for %s', (source) => {
    expect(positional(compile(source))([1, undefined])).toEqual([1, undefined])
  })

  it.each(CANNOT_COUNT)('drops trailing undefined for %s, or keeps all', (source) => {
    const fn = compile(source)
    const key = positional(fn)([1, undefined, undefined])
    // A build may add `arguments` or `...`. Then there are two entries for the same result, never one entry for two.
    const built = String(fn)
    expect(key).toEqual(/\.\.\.|arguments/.test(built) ? [1, undefined, undefined] : [1])
  })
})

describe('the default key', () => {
  it('keeps every argument of a function without source', () => {
    for (const fn of [Math.max, ((x: number) => x).bind(null), new Proxy((x: number) => x, {})]) {
      expect(positional(fn)([1, undefined])).toEqual([1, undefined])
    }
  })

  it('keeps undefined before another argument, and is the array itself if nothing is dropped', () => {
    const key = positional((x: number, y: number) => x + y)
    expect(key([undefined, 1, undefined])).toEqual([undefined, 1])
    const args = [1, 2]
    expect(key(args)).toBe(args)
  })
})
