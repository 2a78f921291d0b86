import { readFileSync } from 'node:fs'
import { createPickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import SuperJSON, { SuperJSON as SuperJSONClass } from 'superjson'
import { describe, expect, it } from 'vitest'
import { hoist } from '../src/hoist.ts'
import { resolveOptions } from '../src/options.ts'
import { prepareHoisted } from '../src/prepare-tree.ts'
import { takeSnapshot } from '../src/snapshot.ts'
import { CUSTOM, Tagged } from '../src/tagged.ts'
import { richGraphs, richTrees } from './support/random-values.ts'
import { strictDifference } from './support/strict-difference.ts'

const { pickle } = createPickle({ binary: false })

/** Trees of the types that superjson has built in. */
const trees = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom<unknown>(undefined, null, Number.NaN, -0, Number.NEGATIVE_INFINITY, true, 'a.b'),
      fc.integer(),
      fc.string(),
      fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom(1, 2).map((n) => new RegExp(`a${n}/`, 'gi')),
      fc.constantFrom(1, 2).map((n) => new URL(`http://example.org/${n}`)),
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b.c', '\\', ''), tie('tree'), { noNullPrototype: true }),
    fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('tree'), { maxLength: 3 }).map((members) => new Set(members)),
  ),
})).tree

describe('the payload of a tree of the usual types', () => {
  it('is read by superjson.parse as the same value', () => {
    fc.assert(
      fc.property(trees, (value) => strictDifference(value, SuperJSON.parse(pickle(value))) === undefined),
      { numRuns: 5_000 },
    )
  })

  it('is the same as superjson writes, but with a version and without its notes on references', () => {
    fc.assert(
      fc.property(trees, (value) => {
        const { json, meta } = new SuperJSONClass().serialize(value)
        const values = meta?.values
        const stamped = values === undefined ? { v: 1, json } : { v: 1, json, meta: { values, v: meta?.v } }
        return pickle(value) === JSON.stringify(stamped)
      }),
      { numRuns: 5_000 },
    )
  })
})

/** Writes a tree with superjson itself, and with our name for the types that it lacks. */
function bySuperJson(tree: unknown): string {
  const writer = new SuperJSONClass()
  writer.registerCustom<Tagged, never>(
    {
      isApplicable: (value): value is Tagged => value instanceof Tagged,
      serialize: (tagged) => tagged as never,
      deserialize: () => [] as never,
    },
    CUSTOM,
  )
  const { json, meta } = writer.serialize(tree)
  const text = JSON.stringify(json)
  return meta?.values === undefined ? text : `${text} ${JSON.stringify(meta.values)}`
}

describe('the payload of any value', () => {
  it.each([
    ['a graph, shared and circular', richGraphs],
    ['a tree', richTrees],
  ])('is letter for letter the same as superjson writes, once %s is hoisted', (_what, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const trees = [1, 2].map(() => {
          const snapshot = takeSnapshot(value, resolveOptions(), 'text')
          return hoist(snapshot.value, snapshot.shared)
        })
        const { json, notes } = prepareHoisted(trees[0])
        expect(JSON.stringify(json) + (notes === undefined ? '' : ` ${notes}`)).toBe(bySuperJson(trees[1]))
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('superjson', () => {
  it.each(['index', 'json', 'superjson', 'v8'])(
    'is not needed by the entry point %s, nor is any other library',
    (entry) => {
      const source = readFileSync(new URL(`../dist/${entry}.js`, import.meta.url), 'utf8')
      const imported = [...source.matchAll(/(?:\bfrom|\bimport|require\() ?"([^"]+)"/g)].map(([, name]) => name!)
      expect(imported).toContain('@persist/errors')
      expect(imported.filter((name) => !name.startsWith('node:') && name !== '@persist/errors')).toEqual([])
    },
  )

  it('does not change a payload or a value if another library registers types with its shared instance', () => {
    class Registered {
      a = 1
    }
    SuperJSON.registerClass(Registered)
    SuperJSON.allowErrorProps('code')
    SuperJSON.registerCustom<Date, string>(
      {
        isApplicable: (v): v is Date => v instanceof Date,
        serialize: () => 'hijacked',
        deserialize: () => new Date(1),
      },
      'persist',
    )
    expect(pickle(new Date(0))).toBe('{"v":1,"json":"1970-01-01T00:00:00.000Z","meta":{"values":["Date"],"v":1}}')
    expect(() => pickle(new Registered())).toThrow(/Registered/)
    expect(() => unpickle('{"v":1,"json":{"a":2},"meta":{"values":[["class","Registered"]],"v":1}}')).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_UNPICKLE' }),
    )
  })
})
