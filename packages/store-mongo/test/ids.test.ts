import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkHash, idsOf } from '../src/ids.ts'

/** Texts that want to be something else: separators, escapes, halves of letters. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(':', '%', ';', '\0', '~', '3', 'A', 'c', 'h', 'u', 'n', 'k', 's', '\ud83d', '\udc00'),
  }),
  fc.string({ minLength: 200, maxLength: 400 }),
)
const hash = fc.string({ minLength: 1, maxLength: 60 })
const bytes = (id: string) => Buffer.from(id)
const isWithin = (id: string, first: string, end: string) =>
  Buffer.compare(bytes(id), bytes(first)) >= 0 && Buffer.compare(bytes(id), bytes(end)) < 0

describe('the ids of a namespace', () => {
  test('hold the hash, in the range of the namespace', () => {
    fc.assert(
      fc.property(text, hash, (namespace, of) => {
        const ids = idsOf(namespace)
        expect(ids.hashOf(ids.entry(of))).toBe(of)
        expect(isWithin(ids.entry(of), ids.first, ids.end)).toBe(true)
      }),
    )
  })

  test('lie in no range of another namespace', () => {
    fc.assert(
      fc.property(text, text, hash, (one, other, of) => {
        fc.pre(one !== other)
        const [here, there] = [idsOf(one), idsOf(other)]
        const theirs = [there.entry(of), there.chunk('gen', 3), there.maintenance, there.step(7)]
        const ranges = [here, here.chunks(), here.steps]
        for (const id of theirs) {
          const isHere = ranges.some(({ first, end }) => isWithin(id, first, end))
          expect(isHere || id === here.maintenance).toBe(false)
        }
      }),
    )
  })

  test('keep entries, chunks and maintenance apart, whatever the hash', () => {
    fc.assert(
      fc.property(text, hash, (namespace, of) => {
        const ids = idsOf(namespace)
        const { first, end } = ids.chunks()
        expect(isWithin(ids.entry(of), first, end) || ids.entry(of) === ids.maintenance).toBe(false)
        expect(isWithin(ids.chunk('gen', 0), ids.first, ids.end) || isWithin(ids.maintenance, ids.first, ids.end)).toBe(
          false,
        )
      }),
    )
  })

  test('keep the chunks of one generation apart from those of another', () => {
    const { first, end } = idsOf('f').chunks('gen')
    expect(isWithin(idsOf('f').chunk('gen', 99_999), first, end)).toBe(true)
    for (const other of ['gen2', 'ge', '-gen']) expect(isWithin(idsOf('f').chunk(other, 0), first, end)).toBe(false)
  })

  test('are never longer than an index takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 100, maxLength: 2000 }), (namespace) => {
        expect(bytes(idsOf(namespace).entry('x'.repeat(512))).length).toBeLessThan(1024)
      }),
    )
  })

  test('are made of texts only: nothing else becomes part of a filter', () => {
    for (const thing of [{ $ne: null }, ['a'], 3, undefined, new String('a')]) {
      expect(() => idsOf(thing as string)).toThrow(TypeError)
      expect(() => idsOf('f').entry(thing as string)).toThrow(TypeError)
    }
  })
})

test('a hash that cannot be part of an id everywhere is refused', () => {
  for (const bad of ['', 'half \ud83d', 'x'.repeat(513), 'ü'.repeat(257)]) {
    expect(() => checkHash(bad)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH' }))
  }
  for (const good of ['a', '2_to_the_power_of_4', 'x'.repeat(512), '\u{1f600}', 'a:b%$.']) checkHash(good)
})
