import { UnpickleError } from '@persist/errors'
import { createPickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyAnnotations } from '../src/apply-annotations.ts'
import { noFunctionIn, prototypesUnchanged } from './support/harm.ts'
import { mutations } from './support/mutations.ts'
import { plainSamples, richSamples } from './support/samples.ts'

const { pickle } = createPickle({ binary: false })

/** Reads a payload. The only allowed outcomes are a value without functions and an UnpickleError. */
function readsOrRefuses(payload: string | Uint8Array): 'value' | 'refused' {
  let value: unknown
  try {
    value = unpickle(payload)
  } catch (error) {
    if (!(error instanceof UnpickleError)) throw new Error(`not an UnpickleError: ${String(error)}`, { cause: error })
    return 'refused'
  }
  noFunctionIn(value)
  return 'value'
}

const payloads = [...Object.values(plainSamples), ...Object.values(richSamples)].map((make) => pickle(make()))

describe('a hostile payload', () => {
  it('mutated 30,000 times, is an UnpickleError or a value, and changes no prototype', () => {
    const unchanged = prototypesUnchanged()
    const outcomes = { value: 0, refused: 0 }
    fc.assert(
      fc.property(mutations(payloads), (payload) => {
        outcomes[readsOrRefuses(payload)]++
      }),
      { numRuns: 30_000 },
    )
    unchanged()
    expect(outcomes.value).toBeGreaterThan(100)
    expect(outcomes.refused).toBeGreaterThan(100)
  })

  it.each([
    ['the path leads to a prototype', '{"v":1,"json":{},"meta":{"values":{"__proto__.x":["undefined"]},"v":1}}'],
    [
      'the path leads to a constructor',
      '{"v":1,"json":{},"meta":{"values":{"constructor.prototype":["undefined"]},"v":1}}',
    ],
    [
      'the path leads to an inherited method',
      '{"v":1,"json":{"a":1},"meta":{"values":{"toString":["undefined"]},"v":1}}',
    ],
    ['the path leads to a length', '{"v":1,"json":[1],"meta":{"values":{"length":["undefined"]},"v":1}}'],
    ['the path leads into a string', '{"v":1,"json":"ab","meta":{"values":{"0":["undefined"]},"v":1}}'],
    [
      'the path leads into a Date',
      '{"v":1,"json":{"a":"2000-01-01T00:00:00.000Z"},"meta":{"values":{"a":["Date"],"a.0":["Date"]},"v":1}}',
    ],
    [
      'a path leads into a converted Map',
      '{"v":1,"json":[[[1,2]]],"meta":{"values":{"0":["map"],"0.0":["undefined"]},"v":1}}',
    ],
    [
      'references of superjson',
      '{"v":1,"json":{"a":1,"b":null},"meta":{"referentialEqualities":{"constructor":["b"]},"v":1}}',
    ],
    [
      'references of superjson beside values',
      '{"v":1,"json":{"a":1},"meta":{"values":{},"referentialEqualities":{},"v":1}}',
    ],
    ['a class', '{"v":1,"json":{},"meta":{"values":[["class","X"]],"v":1}}'],
    ['a symbol', '{"v":1,"json":"x","meta":{"values":[["symbol","X"]],"v":1}}'],
    ['a typed array of superjson', '{"v":1,"json":[1],"meta":{"values":[["typed-array","Uint8Array"]],"v":1}}'],
    ['an error of superjson, with a stack', '{"v":1,"json":{"stack":"x"},"meta":{"values":["Error"],"v":1}}'],
    ['an unknown type', '{"v":1,"json":["Nope",1],"meta":{"values":[["custom","persist"]],"v":1}}'],
    [
      'the name of an inherited method for a type',
      '{"v":1,"json":["toString",1],"meta":{"values":[["custom","persist"]],"v":1}}',
    ],
    ['a custom type of another library', '{"v":1,"json":["Date",null],"meta":{"values":[["custom","other"]],"v":1}}'],
    ['a reference outside of a graph', '{"v":1,"json":["ref",0],"meta":{"values":[["custom","persist"]],"v":1}}'],
    [
      'a graph within a value',
      '{"v":1,"json":{"a":["graph",[{}]]},"meta":{"values":{"a":[["custom","persist"]]},"v":1}}',
    ],
    ['an empty graph', '{"v":1,"json":["graph",[]],"meta":{"values":[["custom","persist"]],"v":1}}'],
    ['a reference to itself', graph('["graph",[["ref",0]]]', '"1.0":[["custom","persist"]]')],
    ['a reference to nowhere', graph('["graph",[[["ref",7]]]]', '"1.0.0":[["custom","persist"]]')],
    ['a reference to a method', graph('["graph",[[["ref","length"]]]]', '"1.0.0":[["custom","persist"]]')],
    ['a Map with a key twice', '{"v":1,"json":[[1,2],[1,3]],"meta":{"values":["map"],"v":1}}'],
    ['a Map of triples', '{"v":1,"json":[[1,2,3]],"meta":{"values":["map"],"v":1}}'],
    ['a Set with a member twice', '{"v":1,"json":[1,1],"meta":{"values":["set"],"v":1}}'],
    ['a BigInt of a million digits', `{"v":1,"json":"${'9'.repeat(1e6)}","meta":{"values":["bigint"],"v":1}}`],
    ['an invalid BigInt', '{"v":1,"json":"0x10","meta":{"values":["bigint"],"v":1}}'],
    ['an invalid RegExp', '{"v":1,"json":"/(/","meta":{"values":["regexp"],"v":1}}'],
    ['an invalid date', '{"v":1,"json":"2000-99-01T00:00:00.000Z","meta":{"values":["Date"],"v":1}}'],
    ['invalid base64', '{"v":1,"json":["Buffer","a*b="],"meta":{"values":[["custom","persist"]],"v":1}}'],
    [
      'bytes that do not fill a number',
      '{"v":1,"json":["Float64Array","AAAA"],"meta":{"values":[["custom","persist"]],"v":1}}',
    ],
    [
      'an error with a hidden method',
      '{"v":1,"json":["Error",[{"toString":1},{}]],"meta":{"values":[["custom","persist"]],"v":1}}',
    ],
    [
      'annotations nested 100,000 deep',
      `{"v":1,"json":[[]],"meta":{"values":${'{"0":'.repeat(1e5)}["undefined"]${'}'.repeat(1e5)},"v":1}}`,
    ],
    [
      'annotations nested 100,000 types deep',
      `{"v":1,"json":[[]],"meta":{"values":${'["set",{"0":'.repeat(1e5)}["undefined"]${'}]'.repeat(1e5)},"v":1}}`,
    ],
    ['a newer version', '{"v":2,"json":1}'],
    ['a version that is a string', '{"v":"1","json":1}'],
    ['no json', '{"v":1}'],
    ['an inherited json', '{"v":1,"__proto__":{"json":1}}'],
    ['one part too many', '{"v":1,"json":1,"mets":1}'],
    ['annotations of a newer version', '{"v":1,"json":null,"meta":{"values":["undefined"],"v":2}}'],
    ['annotations that are null', '{"v":1,"json":1,"meta":null}'],
    ['annotations that are a string', '{"v":1,"json":1,"meta":"x"}'],
    ['empty annotations', '{"v":1,"json":1,"meta":{}}'],
    ['a bare value', '12345'],
    ['null', 'null'],
    ['an empty string', ''],
    ['bytes that are not UTF-8', Uint8Array.from([0x7b, 0xff])],
  ] as [string, string | Uint8Array][])('is refused: %s', (_what, payload) => {
    const unchanged = prototypesUnchanged()
    expect(() => unpickle(payload)).toThrow(UnpickleError)
    unchanged()
  })

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a number', 1],
    ['an array', []],
  ])('is refused when it is %s', (_what, payload) => {
    expect(() => unpickle(payload as never)).toThrow(UnpickleError)
  })

  it('keeps __proto__ an own key, in a plain value and beside a type', () => {
    for (const meta of ['', ',"meta":{"values":{"d":["undefined"]},"v":1}']) {
      const value = unpickle(`{"v":1,"json":{"__proto__":{"bad":1},"d":null}${meta}}`) as { bad?: unknown }
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toEqual({ bad: 1 })
      expect(value.bad).toBeUndefined()
    }
  })

  it('nested 100,000 deep comes back or is refused, without a stack overflow', () => {
    expect(['value', 'refused']).toContain(readsOrRefuses(`{"v":1,"json":${'['.repeat(1e5)}${']'.repeat(1e5)}}`))
  })

  it.each([
    ['dates in an array', (n: number) => JSON.stringify(Array(n).fill('2000-01-01T00:00:00.000Z')), 'Date'],
    ['members of a Set', (n: number) => JSON.stringify(Array.from({ length: n }, (_, i) => i)), 'set'],
    ['keys of a Map', (n: number) => JSON.stringify(Array.from({ length: n }, (_, i) => [i, i])), 'map'],
  ])('is read in linear time: %s', (_what, jsonOf, type) => {
    // A Proxy of each object in the payload counts every access. An access is a step.
    const steps = (n: number): number => {
      let count = 0
      const counted = counting(JSON.parse(jsonOf(n)), () => {
        count++
      })
      const values = type === 'Date' ? Object.fromEntries(Array.from({ length: n }, (_, i) => [i, ['Date']])) : [type]
      applyAnnotations(counted, values)
      return count
    }
    const [small, large] = [steps(500), steps(1000)]
    expect(small).toBeGreaterThan(100)
    expect(large / small).toBeLessThan(2.2)
  })
})

/** A graph of superjson annotations that this package never writes. */
function graph(json: string, annotation: string): string {
  return `{"v":1,"json":${json},"meta":{"values":[["custom","persist"],{${annotation}}],"v":1}}`
}

/** A Proxy of a parsed payload that counts every access to one of its objects. */
function counting(value: unknown, look: () => void): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const key of Object.keys(value)) {
    const property = value as Record<string, unknown>
    property[key] = counting(property[key], look)
  }
  return new Proxy(value, {
    get: (target, key, receiver) => {
      look()
      return Reflect.get(target, key, receiver)
    },
    getPrototypeOf: (target) => {
      look()
      return Reflect.getPrototypeOf(target)
    },
    getOwnPropertyDescriptor: (target, key) => {
      look()
      return Reflect.getOwnPropertyDescriptor(target, key)
    },
  })
}
