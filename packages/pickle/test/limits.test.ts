import { constants } from 'node:buffer'
import { PickleError } from '@persist/errors'
import { createPickle, pickle, unpickle } from '@persist/pickle'
import * as json from '@persist/pickle/json'
import { describe, expect, it } from 'vitest'

describe('a value that is longer than the longest string', () => {
  // 600 references to one string of a megabyte need little memory here, but 600 MB of JSON.
  const large = () => new Array(600).fill('x'.repeat(1_000_000))

  const advice = new RegExp(`longest string, which has ${constants.MAX_STRING_LENGTH} characters.*@persist/pickle/v8`)

  it('is a PickleError for plain JSON, with its cause, the limit, and the pickle without that limit', () => {
    expect(() => pickle(large())).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_PICKLE', cause: expect.any(RangeError) }),
    )
    expect(() => pickle(large())).toThrow(advice)
  })

  it('is such a PickleError beside rich values, and for the JSON pickle', () => {
    expect(() => pickle({ large: large(), when: new Date(0) })).toThrow(PickleError)
    expect(() => pickle({ large: large(), when: new Date(0) })).toThrow(advice)
    expect(() => json.pickle(large())).toThrow(advice)
  })

  it('is such a PickleError for bytes whose base64 is too long, with their path', () => {
    const { pickle } = createPickle({ binary: false })
    expect(() => pickle({ all: new Uint8Array(410_000_000) })).toThrow(PickleError)
    expect(() => pickle({ all: new Uint8Array(410_000_000) })).toThrow(
      new RegExp(`Uint8Array.*${advice.source}.*\\$\\.all`),
    )
  })
})

describe('many objects', () => {
  it('in a long list of references come back', () => {
    const shared = Array.from({ length: 20_000 }, (_, id) => ({ id }))
    const value = { first: shared, second: [...shared].reverse() }
    const back = unpickle(pickle(value)) as typeof value
    expect(back.first[0]).toBe(back.second.at(-1))
    expect(back.first[19_999]).toBe(back.second[0])
  })

  it('that form a diamond of 100 levels are each written once', () => {
    let diamond: object = { leaf: 1 }
    for (let level = 0; level < 100; level++) diamond = { left: diamond, right: diamond }
    const payload = pickle(diamond)
    expect(payload.length).toBeLessThan(20_000)
    let [node, levels] = [unpickle(payload) as { left?: object; right?: object }, 0]
    for (; 'left' in node; levels++) {
      expect(node.left).toBe(node.right)
      node = node.left as typeof node
    }
    expect(levels).toBe(100)
  })
})

it('a very long path is shortened in the message', () => {
  let deep: unknown = 1
  for (let level = 0; level < 600; level++) deep = [deep]
  const failing = () => pickle({ ['x'.repeat(100_000)]: deep })
  expect(failing).toThrow(/nested more than 500 levels deep: flatten it, .*maxDepth/)
  expect(failing).toThrow(expect.objectContaining({ path: expect.stringMatching(/^\$\["?x+….*\[0\]…\[0\]/) }))
  expect(failing).toThrow(expect.objectContaining({ path: expect.stringMatching(/^.{1,499}$/) }))
})
