import fc from 'fast-check'

/** Words with a meaning in the format, so that mutations pass the first check. */
const WORDS = [
  '"__proto__"',
  '"constructor"',
  '"prototype"',
  '"toString"',
  '"length"',
  '"map"',
  '"set"',
  '"Date"',
  '"regexp"',
  '"bigint"',
  '"undefined"',
  '"number"',
  '"URL"',
  '["custom","persist"]',
  '["class","x"]',
  '["typed-array","Uint8Array"]',
  '["ref",0]',
  '["ref",1]',
  '["graph",[]]',
  '"referentialEqualities"',
  '"values"',
  '"json"',
  '"meta"',
  'null',
  '{}',
  '[]',
  '[[]]',
  '-1',
  '4294967295',
  '1e999',
  '"-0"',
  '"NaN"',
]

type Edit =
  | { readonly how: 'insert' | 'overwrite'; readonly at: number; readonly text: string }
  | { readonly how: 'delete'; readonly at: number; readonly length: number }
  | { readonly how: 'copy'; readonly from: number; readonly at: number; readonly length: number }
  | { readonly how: 'swap'; readonly from: number; readonly at: number }

const place = fc.nat(1_000_000)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    how: fc.constantFrom('insert' as const, 'overwrite' as const),
    at: place,
    text: fc.oneof(
      fc.constantFrom(...WORDS),
      fc.string({ maxLength: 2 }),
      fc.constantFrom('"', '[', ']', '{', '}', ',', ':', '0', '.'),
    ),
  }),
  fc.record({ how: fc.constant('delete' as const), at: place, length: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ how: fc.constant('copy' as const), from: place, at: place, length: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ how: fc.constant('swap' as const), from: place, at: place }),
)

/** Payloads with one to four edits: letters and JSON words are inserted, deleted, copied or swapped. */
export function mutations(payloads: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...payloads), fc.array(fc.oneof(edit, edit, wordForWord), { minLength: 1, maxLength: 4 }))
    .map(([payload, edits]) => edits.reduce(apply, payload))
}

/** Replaces a whole JSON word, so that the payload stays JSON. */
const wordForWord = fc.record({ how: fc.constant('word' as const), at: place, text: fc.constantFrom(...WORDS) })

function apply(
  text: string,
  edit: Edit | { readonly how: 'word'; readonly at: number; readonly text: string },
): string {
  const at = edit.at % (text.length + 1)
  switch (edit.how) {
    case 'insert':
      return text.slice(0, at) + edit.text + text.slice(at)
    case 'overwrite':
      return text.slice(0, at) + edit.text + text.slice(at + edit.text.length)
    case 'delete':
      return text.slice(0, at) + text.slice(at + edit.length)
    case 'copy': {
      const from = edit.from % (text.length + 1)
      return text.slice(0, at) + text.slice(from, from + edit.length) + text.slice(at)
    }
    case 'swap': {
      const letters = [...text]
      const [a, b] = [edit.at % Math.max(1, letters.length), edit.from % Math.max(1, letters.length)]
      ;[letters[a], letters[b]] = [letters[b] ?? '', letters[a] ?? '']
      return letters.join('')
    }
    case 'word': {
      const words = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|null|true|false/g)]
      const word = words[edit.at % Math.max(1, words.length)]
      if (word === undefined) return text
      return text.slice(0, word.index) + edit.text + text.slice(word.index + word[0].length)
    }
  }
}
