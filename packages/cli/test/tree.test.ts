import { expect, test } from 'vitest'
import { pretty } from '../src/entries/pretty.ts'
import { toJson } from '../src/entries/to-json.ts'
import { Output } from '../src/output/output.ts'
import { shortText, treeOf } from '../src/web/tree.ts'
import type { TreeNode } from '../src/web/types.ts'

const tree = (value: unknown) => treeOf({ kind: 'value', value })
const nodes = (node: TreeNode): number =>
  'parts' in node ? node.parts.reduce((sum, [, part]) => sum + nodes(part), 1) : 1

test('each kind of value is shown by its name and its parts', () => {
  expect(tree({ a: [1, 'x', null], b: undefined })).toEqual({
    type: 'Object',
    size: 2,
    parts: [
      [
        'a',
        {
          type: 'Array',
          size: 3,
          parts: [
            ['0', { type: 'number', text: '1' }],
            ['1', { type: 'string', text: 'x' }],
            ['2', { type: 'null', text: 'null' }],
          ],
        },
      ],
      ['b', { type: 'undefined', text: 'undefined' }],
    ],
  })
  expect(tree(new Map([[{ k: 1 }, 10n]]))).toEqual({
    type: 'Map',
    size: 1,
    parts: [['{ k: 1 }', { type: 'bigint', text: '10n' }]],
  })
  expect(tree(new Set(['a']))).toMatchObject({ type: 'Set', size: 1 })
  expect(tree(new Date(0))).toEqual({ type: 'Date', text: '1970-01-01T00:00:00.000Z' })
  expect(tree(new Uint8Array([1, 2]))).toMatchObject({ type: 'Uint8Array' })
  expect(tree(-0)).toEqual({ type: 'number', text: '-0' })
})

test('a large value is cut, and the omitted parts are counted', () => {
  const many = tree(Array.from({ length: 100_000 }, (_, index) => ({ index })))
  expect(nodes(many)).toBeLessThanOrEqual(5002)
  expect(many).toMatchObject({ size: 100_000, more: expect.any(Number) })
  expect(tree('x'.repeat(30_000))).toMatchObject({ more: 10_000 })
  expect(nodes(tree(new Map(Array.from({ length: 9000 }, (_, index) => [index, index]))))).toBeLessThanOrEqual(5001)
})

test('a circular or very deep value ends', () => {
  const ring: Record<string, unknown> = { name: 'ring' }
  ring.self = ring
  expect(tree(ring)).toMatchObject({
    parts: [
      ['name', {}],
      ['self', { type: 'circular' }],
    ],
  })
  let deep: unknown = 'end'
  for (let level = 0; level < 10_000; level++) deep = [deep]
  expect(nodes(tree(deep))).toBeLessThan(100)
})

test('property names such as __proto__ are shown as data', () => {
  const odd = JSON.parse('{"__proto__":{"x":1},"constructor":"me","hasOwnProperty":0}')
  expect(tree(odd)).toMatchObject({
    type: 'Object',
    size: 3,
    parts: [
      ['__proto__', { size: 1 }],
      ['constructor', {}],
      ['hasOwnProperty', {}],
    ],
  })
  expect(toJson(odd)).toEqual(odd)
})

test('keys are short in the table', () => {
  expect(shortText({ kind: 'value', value: [{ a: { b: 1 } }] })).toBe('[ { a: { b: 1 } } ]')
  expect(shortText({ kind: 'string', string: 'x'.repeat(500) })).toHaveLength(200)
})

test('values that JSON does not have are shown in a similar form', () => {
  const ring: unknown[] = []
  ring.push(
    ring,
    Number.NaN,
    5n,
    undefined,
    new Date(0),
    new Map([[1, new Set([2])]]),
    new Uint8Array([255]),
    /x/g,
    new Error('e'),
    new Float64Array([0.5]),
  )
  expect(JSON.parse(JSON.stringify(toJson(ring)))).toEqual([
    '[circular]',
    'NaN',
    '5',
    null,
    '1970-01-01T00:00:00.000Z',
    [[1, [2]]],
    { base64: '/w==' },
    '/x/g',
    { name: 'Error', message: 'e' },
    [0.5],
  ])
})

/** Nodes that name their neighbors: the number of paths doubles and doubles. */
function graph(size: number) {
  const all = Array.from({ length: size }, (_, id) => ({ id, next: [] as object[] }))
  for (const { id, next } of all) for (const step of [1, 2, 5]) next.push(all[(id + step) % size]!)
  return all
}

test('a graph in JSON has each object once, and elsewhere the first path to it', () => {
  const [first, second, ...more] = toJson(graph(40)) as [Record<string, unknown>, ...unknown[]]
  expect(first).toMatchObject({
    id: 0,
    next: [{ id: 1, next: [{ id: 2 }, '[as $[0].next[0].next[0].next[0]]', {}] }, {}, {}],
  })
  expect([second, more.at(-1)]).toEqual(['[as $[0].next[0]]', expect.stringMatching(/^\[as \$\[0\]\.next/)])
})

test('an object that many others share is in JSON at each place', () => {
  const shared = { a: [1] }
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, shared }))
  expect(toJson(rows)).toEqual(rows)
})

test('a graph is shown to people only as deep as that ends', () => {
  const { stdout, stderr } = process
  const output = new Output({ json: false, color: false }, { stdout, stderr, env: {} })
  const text = (value: unknown) => pretty(output, { kind: 'value', value })
  expect(text(graph(40)).length).toBeLessThan(2_000_000)
  let pairs: unknown = { x: 1 }
  for (let level = 0; level < 26; level++) pairs = new Map([['both', [pairs, pairs]]])
  expect(text(pairs).length).toBeLessThan(2_000_000)
  expect(text([[[[[[[[{ deep: 1 }]]]]]]]])).toContain('deep: 1')
})
