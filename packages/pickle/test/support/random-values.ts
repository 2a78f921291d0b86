import fc from 'fast-check'

/** Primitive values, with the awkward ones more often. */
const plainLeaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    -1,
    0.1,
    1e21,
    5e-324,
    '',
    'a',
    'a.b',
    '\\',
    '\ud800',
    '\u2028',
    '\0"',
  ),
  fc.integer(),
  fc.string({ maxLength: 6, unit: 'binary' }),
)

const richLeaf: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: plainLeaf },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      undefined,
      Number.NaN,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0n,
      1n,
      2n,
    ),
  },
  { weight: 1, arbitrary: fc.bigInt() },
  { weight: 1, arbitrary: fc.double() },
)

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'a.b', '0', '1', '10', '', '\\', '\\.', 'e\u0301', '\udfff') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'json', 'meta', 'length'),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 3, unit: 'binary' }) },
)

const PLAIN_KINDS = ['object', 'array'] as const
const RICH_KINDS = [
  ...['object', 'array', 'object', 'array', 'map', 'set', 'map', 'set', 'error', 'aggregate', 'bare', 'beside'],
  ...['date', 'regexp', 'url', 'params', 'bytes', 'floats', 'bigs', 'buffer', 'memory', 'view'],
]

/** A member of a node: a leaf, or the node with this number. */
type Member = { readonly leaf: unknown } | { readonly node: number }

interface Node {
  readonly kind: string
  readonly seed: number
  readonly keys: readonly string[]
  readonly members: readonly Member[]
}

function nodes(kinds: readonly string[], leaf: fc.Arbitrary<unknown>): fc.Arbitrary<readonly Node[]> {
  const member: fc.Arbitrary<Member> = fc.oneof(
    { weight: 2, arbitrary: leaf.map((leaf) => ({ leaf })) },
    { weight: 3, arbitrary: fc.nat(11).map((node) => ({ node })) },
  )
  const node = fc.record({
    kind: fc.constantFrom(...kinds),
    seed: fc.nat(255),
    keys: fc.uniqueArray(key, { minLength: 5, maxLength: 5 }),
    members: fc.array(member, { maxLength: 5 }),
  })
  return fc.array(node, { minLength: 1, maxLength: 9 })
}

/** Plain JSON. Each node is the member of at most one other, so no object is reached twice. */
export const plainValues: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: plainLeaf },
  { weight: 9, arbitrary: nodes(PLAIN_KINDS, plainLeaf).map((nodes) => build(nodes, 'tree')) },
)

/** Trees of every type that the text format has. */
export const richTrees: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: richLeaf },
  { weight: 9, arbitrary: nodes(RICH_KINDS, richLeaf).map((nodes) => build(nodes, 'tree')) },
)

/** Graphs of every type that the text format has: shared and circular, also through Maps, Sets and errors. */
export const richGraphs: fc.Arbitrary<unknown> = nodes(RICH_KINDS, richLeaf).map((nodes) => build(nodes, 'graph'))

/** Graphs with arrays with holes too, which only the binary format has. */
export const binaryGraphs: fc.Arbitrary<unknown> = nodes([...RICH_KINDS, 'holes', 'holes'], richLeaf).map((nodes) =>
  build(nodes, 'graph'),
)

/** Makes all objects, then adds their members. In a tree, a node takes the next objects that no other node has taken. */
function build(nodes: readonly Node[], shape: 'tree' | 'graph'): unknown {
  const objects = nodes.map(({ kind, seed }) => empty(kind, seed))
  let next = 1
  const value = (member: Member): unknown => {
    if ('leaf' in member) return member.leaf
    if (shape === 'graph') return objects[member.node % objects.length]
    return next < objects.length ? objects[next++] : member.node
  }
  nodes.forEach((node, index) => {
    fill(objects[index] as object, node, node.members.map(value))
  })
  return objects[0]
}

function empty(kind: string, seed: number): object {
  const bytes = Uint8Array.from({ length: seed % 9 }, (_, index) => seed + index)
  switch (kind) {
    case 'array':
    case 'beside':
    case 'holes':
      return []
    case 'map':
      return new Map()
    case 'set':
      return new Set()
    case 'error':
      return new [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError][seed % 7]!(
        ...(seed % 2 ? [`message ${seed}`] : []),
      )
    case 'aggregate':
      return new AggregateError([], 'all')
    case 'bare':
      return Object.create(null)
    case 'date':
      return new Date(seed % 5 ? seed * 1e10 : Number.NaN)
    case 'regexp':
      return Object.assign(new RegExp(`a${seed}|/`, seed % 2 ? 'gi' : 'su'), { lastIndex: seed % 3 })
    case 'url':
      return new URL(`https://example.org/${seed}?q=é#${seed}`)
    case 'params':
      return new URLSearchParams({ a: String(seed), 'b c': 'é' })
    case 'bytes':
      return new [Uint8Array, Int8Array, Uint8ClampedArray][seed % 3]!(bytes)
    case 'floats':
      return new [Float32Array, Float64Array][seed % 2]!([seed / 3, Number.NaN, -0, Number.POSITIVE_INFINITY])
    case 'bigs':
      return new [BigInt64Array, BigUint64Array][seed % 2]!([BigInt(seed)])
    case 'buffer':
      return Buffer.from(bytes)
    case 'memory':
      return bytes.buffer
    case 'view':
      return new DataView(bytes.buffer)
    default:
      return {}
  }
}

function fill(object: object, { kind, seed, keys }: Node, members: readonly unknown[]): void {
  const put = (key: string, value: unknown, enumerable = true): void => {
    Object.defineProperty(object, key, { value, writable: true, enumerable, configurable: true })
  }
  switch (kind) {
    case 'array':
      ;(object as unknown[]).push(...members)
      return
    case 'beside':
      ;(object as unknown[]).push(...members.slice(2))
      for (const [index, member] of members.slice(0, 2).entries()) put(`beside ${keys[index]}`, member)
      return
    case 'holes':
      for (const [index, member] of members.entries()) put(String(index * 2 + (seed % 2)), member)
      return
    case 'map':
      for (let index = 0; index + 1 < members.length; index += 2)
        (object as Map<unknown, unknown>).set(members[index], members[index + 1])
      return
    case 'set':
      for (const member of members) (object as Set<unknown>).add(member)
      return
    case 'aggregate':
      put('errors', members.slice(1), false)
      if (seed % 2 && members.length > 0) put('cause', members[0], false)
      return
    case 'error':
      if (seed % 3 === 0 && members.length > 0) put('cause', members[0], false)
      for (const [index, member] of members.slice(1).entries()) put(`field ${keys[index]}`, member)
      return
    case 'object':
    case 'bare':
      for (const [index, member] of members.entries()) put(keys[index] as string, member)
  }
}
