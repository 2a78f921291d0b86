import { canonical } from '@persist/key'
import { expect, test } from 'vitest'

interface Node {
  next?: unknown
  name?: unknown
}

function ring(length: number): Node {
  const nodes: Node[] = Array.from({ length }, () => ({}))
  for (const [index, node] of nodes.entries()) node.next = nodes[(index + 1) % length]
  return nodes[0]!
}

test('a cycle is written as the number of levels up to its object', () => {
  expect(canonical(ring(1))).toBe('1:{"next":^1}')
  expect(canonical(ring(3))).toBe('1:{"next":{"next":{"next":^3}}}')
})

test('rings of different lengths differ, although an endless walk along them looks alike', () => {
  const strings = [1, 2, 3, 4, 5, 6].map((length) => canonical(ring(length)))
  expect(new Set(strings).size).toBe(strings.length)
})

test('a ring after a tail is neither the ring alone nor a longer ring', () => {
  const strings = [ring(1), ring(2), { next: ring(1) }, { next: ring(2) }, { next: { next: ring(1) } }, ring(3)].map(
    canonical,
  )
  expect(new Set(strings).size).toBe(strings.length)
})

test('a ring is the same from each of its equal nodes', () => {
  const first = ring(3)
  expect(canonical(first)).toBe(canonical(first.next))
  const named = ring(2)
  named.name = 'a'
  ;(named.next as Node).name = 'b'
  expect(canonical(named)).not.toBe(canonical(named.next))
})

test('a shared part counts as two equal parts', () => {
  const part = { a: [1] }
  expect(canonical([part, part])).toBe(canonical([{ a: [1] }, { a: [1] }]))
  const key = {}
  expect(canonical(new Map([[key, key]]))).toBe(canonical(new Map([[{}, {}]])))
})

test('a shared cyclic part counts as two equal parts', () => {
  const one = ring(2)
  expect(canonical([one, one])).toBe(canonical([ring(2), ring(2)]))
})

test('the level to which a branch of a cycle leads back counts', () => {
  const make = (levels: number) => {
    const nodes: { to?: unknown }[] = [{}, {}, {}]
    nodes[0]!.to = nodes[1]
    nodes[1]!.to = nodes[2]
    nodes[2]!.to = nodes[levels]
    return nodes[0]
  }
  expect(new Set([0, 1, 2].map((levels) => canonical(make(levels)))).size).toBe(3)
})

test('cycles through the keys and members of Maps and Sets count their levels', () => {
  const map = new Map<unknown, unknown>()
  map.set(map, { map })
  expect(canonical(map)).toBe('1:Map(^1=>{"map":^2})')
  const set = new Set<unknown>()
  set.add({ set }).add([[set]])
  expect(canonical(set)).toBe('1:Set({"set":^2},[[^3]])')
})
