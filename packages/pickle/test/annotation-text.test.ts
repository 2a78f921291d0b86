import { createPickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import SuperJSON from 'superjson'
import { describe, expect, it } from 'vitest'
import { applyAnnotationText, cutText } from '../src/annotation-text.ts'
import { applyAnnotations } from '../src/apply-annotations.ts'
import { parseJson } from '../src/parse-json.ts'
import { mutations } from './support/mutations.ts'
import { richGraphs, richTrees } from './support/random-values.ts'
import { strictDifference } from './support/strict-difference.ts'

const { pickle } = createPickle({ binary: false })

interface Payload {
  readonly json: unknown
  readonly meta?: { readonly values: unknown }
}

const parsed = (payload: string) => parseJson(payload) as Payload

/** What a way of reading returns, or that it refuses. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return { read: read() }
  } catch {
    return 'refused'
  }
}

describe('annotations that are read from their text', () => {
  it.each([
    ['trees', richTrees],
    ['graphs', richGraphs],
  ])('have the effect of parsed ones, for 3,000 random %s', (_what, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const payload = pickle(value)
        const { json, meta } = parsed(payload)
        if (meta === undefined) return
        const text = applyAnnotationText(json, JSON.stringify(meta.values))
        const { json: again } = parsed(payload)
        const whole = applyAnnotations(again, meta.values)
        expect(text.tagged).toBe(whole.tagged)
        expect(strictDifference(whole.value, text.value)).toBeUndefined()
      }),
      { numRuns: 3_000 },
    )
  })

  it('are refused in 5,000 mutations wherever parsed ones are, or have their effect', () => {
    const payloads = fc.sample(richTrees, 300).map((value) => pickle(value))
    const texts = payloads.filter((payload) => parsed(payload).meta !== undefined)
    const wrong = fc.constantFrom(...texts).chain((payload) => {
      const { json, meta } = parsed(payload)
      return fc.tuple(fc.constant(JSON.stringify(json)), mutations([JSON.stringify(meta?.values)]))
    })
    fc.assert(
      fc.property(wrong, ([json, annotations]) => {
        const text = outcomeOf(() => applyAnnotationText(parseJson(json), annotations).value)
        if (text === 'refused') return
        const whole = outcomeOf(() => applyAnnotations(parseJson(json), parseJson(annotations)).value)
        // The same path twice: an object has the last one only.
        if (whole !== 'refused') expect(strictDifference(whole, text)).toBeUndefined()
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('annotations in a text that no pickle writes', () => {
  it.each([
    ['a path into a converted value', { a: ['1', '2'] }, '{"a.1":["bigint"],"a":["set"],"a.0":["bigint"]}'],
    [
      'a path into a value that an escaped path converted',
      { a: ['1', '2'] },
      String.raw`{"a.1":["bigint"],"\u0061":["set"],"a.0":["bigint"]}`,
    ],
    ['an index with a zero before it', ['1', '2'], '{"01":["bigint"]}'],
    ['an index beyond the end', ['1', '2'], '{"2":["bigint"]}'],
    ['an empty index', ['1', '2'], '{"":["bigint"]}'],
    ['a negative index', ['1', '2'], '{"-1":["bigint"]}'],
    ['the length of an array', [[null]], '{"0.length":["undefined"]}'],
    ['an inherited property', { a: 1 }, '{"a":["number"],"__proto__.x":["undefined"]}'],
    ['a path of one step too many', { a: '1' }, '{"a.":["bigint"]}'],
    ['no end', ['1'], '{"0":["bigint"]'],
    ['a path without an end', ['1'], '{"0'],
    ['something after the end', ['1'], '{"0":["bigint"]}}'],
    ['a type with a third part', [['1']], '{"0":["set",{"0":["bigint"]},1]}'],
  ])('are refused: %s', (_what, json, text) => {
    expect(() => applyAnnotationText(json, text)).toThrow()
  })
})

describe('a long text with many annotations', () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({
    id,
    'a.b\\': new Date(id),
    n: BigInt(id),
    tags: new Set([id]),
  }))

  it('is cut, and comes back equal, as bytes with parts too', () => {
    expect(cutText(pickle(rows))).toBeDefined()
    const withParts = { rows, bytes: new Uint8Array(5000) }
    for (const value of [rows, withParts]) {
      expect(strictDifference(value, unpickle(pickle(value)))).toBeUndefined()
      expect(strictDifference(value, unpickle(createPickle().pickle(value)))).toBeUndefined()
    }
  })

  it('is cut at its own annotations, whatever the value has', () => {
    const misleading = { meta: { values: { a: 1 }, v: 1 }, text: ',"meta":{"values":{' }
    const value = [misleading, rows, { rows, ...misleading, v: 1 }]
    expect(strictDifference(value, unpickle(pickle(value)))).toBeUndefined()
    const plain = { json: { meta: { values: 'x'.repeat(1000) }, v: 1 } }
    expect(unpickle(`{"v":1,${JSON.stringify(plain).slice(1)}`)).toEqual(plain.json)
  })

  it('that superjson wrote is read too', () => {
    const { json, meta } = SuperJSON.serialize(rows)
    const stamped = { v: 1, json, meta: { values: meta?.values, v: 1 } }
    expect(strictDifference(rows, unpickle(JSON.stringify(stamped)))).toBeUndefined()
    expect(strictDifference(rows, SuperJSON.parse(pickle(rows)))).toBeUndefined()
  })

  it('with one wrong annotation is an UnpickleError, and one with a space comes back', () => {
    const payload = pickle(rows)
    expect(() => unpickle(payload.replace('"99.tags":["set"]', '"99.tags":["map"]'))).toThrow(/does not fit/)
    expect(() => unpickle(payload.replace('"99.tags":["set"]', '"99.toString":["set"]'))).toThrow(/not there/)
    expect(strictDifference(rows, unpickle(payload.replace('"99.tags":["set"]', '"99.tags": ["set"]')))).toBeUndefined()
  })

  it('is unpickled with a type of the user once, also if the type refuses it', () => {
    let calls = 0
    class Point {
      x = 1
    }
    const { pickle, unpickle } = createPickle({
      types: [
        {
          name: 'Point',
          test: (value) => value instanceof Point,
          pickle: () => 1,
          unpickle: () => {
            calls++
            throw new Error('refused')
          },
        },
      ],
    })
    expect(() => unpickle(pickle([rows, new Point()]))).toThrow('refused')
    expect(calls).toBe(1)
  })
})
