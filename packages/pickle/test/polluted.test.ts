import * as text from '@persist/pickle'
import * as json from '@persist/pickle/json'
import * as binary from '@persist/pickle/v8'
import { afterEach, describe, expect, it } from 'vitest'
import { richSamples } from './support/samples.ts'
import { strictDifference } from './support/strict-difference.ts'

const added: [object, PropertyKey][] = []

function pollute(prototype: object, key: PropertyKey, property: PropertyDescriptor): void {
  Object.defineProperty(prototype, key, { configurable: true, ...property })
  added.push([prototype, key])
}

afterEach(() => {
  for (const [prototype, key] of added.splice(0)) Reflect.deleteProperty(prototype, key)
})

describe('with a polluted Object.prototype', () => {
  it('an enumerable key reaches neither the payload nor the value', () => {
    const values = [{ a: [1, { b: 2 }] }, ...Object.values(richSamples).map((make) => make())]
    const expected = values.map((value) => text.pickle(value))
    pollute(Object.prototype, 'polluted', { value: 'x', enumerable: true, writable: true })
    const payloads = values.map((value) => text.pickle(value))
    const back = payloads.map((payload) => text.unpickle(payload))
    const fromBytes = values.map((value) => binary.unpickle(binary.pickle(value)))
    for (const [prototype, key] of added.splice(0)) Reflect.deleteProperty(prototype, key)
    expect(payloads).toEqual(expected)
    values.forEach((value, index) => {
      expect(strictDifference(value, back[index])).toBeUndefined()
      expect(strictDifference(value, fromBytes[index])).toBeUndefined()
    })
  })

  it.each([
    ['v', '{"json":1}'],
    ['json', '{"v":1}'],
  ])('an inherited %s does not make a string a pickle', (key, payload) => {
    pollute(Object.prototype, key, { value: 1 })
    expect(() => text.unpickle(payload)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_UNPICKLE' }))
  })

  it('an inherited meta does not change a plain value', () => {
    pollute(Object.prototype, 'meta', { value: { values: ['undefined'], v: 1 } })
    expect(text.unpickle('{"v":1,"json":null}')).toBe(null)
  })

  it.each([
    ['Object.prototype', Object.prototype],
    ['Array.prototype', Array.prototype],
  ])('a toJSON on %s is refused, because it would change the payload', (_what, prototype) => {
    pollute(prototype, 'toJSON', { value: () => 'hijacked' })
    for (const { pickle } of [text, json]) {
      expect(() => pickle({ a: [1] })).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_PICKLE' }))
    }
    expect(() => text.pickle(new Map([[{}, 1]]))).toThrow(/toJSON/)
    expect(binary.unpickle(binary.pickle({ a: [1] }))).toEqual({ a: [1] })
  })

  it('a toJSON on BigInt.prototype, which many programs add, changes nothing', () => {
    pollute(BigInt.prototype, 'toJSON', { value: () => 'hijacked' })
    expect(text.unpickle(text.pickle([1n]))).toEqual([1n])
  })
})
