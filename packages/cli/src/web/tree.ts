import { inspect } from 'node:util'
import type { Reading } from '../payload.ts'
import type { TreeNode } from './types.ts'

const MOST_NODES = 5000
const MOST_LETTERS = 20_000
const DEEPEST = 40

/** A payload as a tree of strings, within bounds. */
export function treeOf(reading: Reading): TreeNode {
  if (reading.kind === 'text') return leaf('text', reading.text)
  return new TreeBuilder().build(reading.kind === 'value' ? reading.value : reading.bytes, [])
}

/** One line for the table. */
export function shortText(reading: Reading): string {
  if (reading.kind === 'text') return reading.text.slice(0, 200)
  const value = reading.kind === 'value' ? reading.value : reading.bytes
  return inspect(value, { depth: 3, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 20, maxStringLength: 200 })
}

class TreeBuilder {
  #nodes = 0

  build(value: unknown, above: readonly object[]): TreeNode {
    this.#nodes++
    if (typeof value === 'string') return leaf('string', value)
    if (typeof value !== 'object' || value === null) return leaf(value === null ? 'null' : typeof value, show(value))
    if (above.includes(value)) return leaf('circular', 'seen above')
    if (above.length >= DEEPEST) return leaf('deep', show(value))
    const within = [...above, value]
    if (Array.isArray(value)) return this.#branch('Array', entriesOf(value), value.length, within)
    if (value instanceof Map) return this.#branch('Map', mapEntries(value), value.size, within)
    if (value instanceof Set) return this.#branch('Set', numbered(value), value.size, within)
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return leaf(nameOf(value), inspectBytes(value))
    const own = Object.keys(value)
    if (nameOf(value) !== 'Object' && own.length === 0) return leaf(nameOf(value), show(value))
    return this.#branch(nameOf(value), propertiesOf(value, own), own.length, within)
  }

  #branch(type: string, parts: Iterable<[string, unknown]>, size: number, above: readonly object[]): TreeNode {
    const built: [string, TreeNode][] = []
    for (const [label, part] of parts) {
      if (this.#nodes >= MOST_NODES) break
      built.push([cut(label, 200), this.build(part, above)])
    }
    const more = size - built.length
    return { type, size, parts: built, ...(more > 0 && { more }) }
  }
}

function* entriesOf(array: readonly unknown[]): Generator<[string, unknown]> {
  for (let index = 0; index < array.length; index++) yield [String(index), array[index]]
}

function* numbered(values: Iterable<unknown>): Generator<[string, unknown]> {
  let index = 0
  for (const value of values) yield [String(index++), value]
}

function* mapEntries(map: ReadonlyMap<unknown, unknown>): Generator<[string, unknown]> {
  for (const [key, value] of map) yield [show(key), value]
}

function* propertiesOf(value: object, names: readonly string[]): Generator<[string, unknown]> {
  for (const name of names) yield [name, (value as Record<string, unknown>)[name]]
}

function leaf(type: string, text: string): TreeNode {
  const more = text.length - MOST_LETTERS
  return more > 0 ? { type, text: text.slice(0, MOST_LETTERS), more } : { type, text }
}

function show(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: MOST_LETTERS })
}

function nameOf(value: object): string {
  const maker: unknown = value.constructor
  return typeof maker === 'function' && maker.name ? maker.name : 'Object'
}

function inspectBytes(value: ArrayBuffer | ArrayBufferView): string {
  return inspect(value, { maxArrayLength: 256, breakLength: Number.POSITIVE_INFINITY })
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
