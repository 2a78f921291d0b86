import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import SuperJSON, { SuperJSON as SuperJSONClass } from 'superjson'
import { describe, expect, it } from 'vitest'
import { strictDifference } from './support/strict-difference.ts'

const run = promisify(execFile)

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

describe('the text of a tree of the usual types', () => {
  it('is read by superjson.parse to the same value', () => {
    fc.assert(
      fc.property(trees, (value) => strictDifference(value, SuperJSON.parse(pickle(value))) === undefined),
      { numRuns: 5_000 },
    )
  })

  it('is what superjson would write, with a version in front and without its notes on references', () => {
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

describe('superjson', () => {
  it('is loaded for the first rich value that is written, and for nothing else', async () => {
    const child = fileURLToPath(new URL('children/superjson-loaded.mjs', import.meta.url))
    const { stdout, stderr } = await run(process.execPath, [child])
    expect(JSON.parse(stdout)).toEqual({
      imported: false,
      plain: false,
      rich: true,
      readRich: false,
      others: false,
      wroteRich: true,
    })
    expect(stderr).toBe('')
  })

  it('and what another library registers with its shared instance change no text and no value', () => {
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
