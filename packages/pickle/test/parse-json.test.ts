import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../src/parse-json.ts'

const awkward = fc.constantFrom(
  '',
  '\\',
  '"',
  '\n',
  '\ud800',
  '\udfff',
  '\\.',
  '\\\\',
  'a',
  'name 0',
  '0',
  '__proto__',
  '\u2028',
)

describe('parseJson', () => {
  it('an escaped name is read as it was written, after any other name', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(awkward, fc.constantFrom(0, {}, '\\":', ['\\'])), { maxLength: 5 }), (parts) => {
        const value = Object.fromEntries(parts)
        const read = parseJson(JSON.stringify(value))
        expect(read).toStrictEqual(value)
        expect(Object.keys(read as object)).toEqual(Object.keys(value))
      }),
      { numRuns: 20_000 },
    )
  })

  it('reads an escaped name between others, and with spaces before the colon', () => {
    expect(parseJson('[{"a":{"\\n" \n: [1, {"\\"":2}]}}, "\\":"]')).toStrictEqual([
      { a: { '\n': [1, { '"': 2 }] } },
      '":',
    ])
  })

  it.each(['{"\\":1}', '{"\\x":1}', '{"a\\', '"\\', '{"\\n"', '{"\\n":}'])('%j is not JSON', (json) => {
    expect(() => parseJson(json)).toThrow(SyntaxError)
  })

  it('__proto__ is a name like any other', () => {
    const read = parseJson('{"\\u005f_proto__":{"polluted":1}}')
    expect(Object.keys(read as object)).toEqual(['__proto__'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})
