import { execFileSync } from 'node:child_process'
import { createPickle, pickle, unpickle } from '@persist/pickle'
import * as v8 from '@persist/pickle/v8'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

describe('a date that is made under fake timers', () => {
  beforeEach(() => vi.useFakeTimers({ now: 5 }))
  afterEach(() => vi.useRealTimers())

  it.each([
    ['the default pickle', { pickle, unpickle }],
    ['the pickle of strings', createPickle({ binary: false })],
    ['the pickle of V8', v8],
  ])('comes back equal from %s', (_name, own) => {
    const value = { now: new Date(), given: [new Date(7), new Date(Number.NaN)], of: new Map([[new Date(8), 1]]) }
    expect(Object.getOwnPropertyNames(value.now)).toEqual(['constructor'])
    const back = own.unpickle(own.pickle(value) as never) as typeof value
    expect(back).toEqual(value)
    expect([back.now.getTime(), back.given.map(Number), [...back.of.keys()].map(Number)]).toEqual([
      5,
      [7, Number.NaN],
      [8],
    ])
    expect(back.now).toBeInstanceOf(Date)
  })

  it('is written as any other date, and is read after the timers are real again', () => {
    const faked = new Date(7)
    const text = pickle({ faked })
    vi.useRealTimers()
    expect(text).toBe(pickle({ faked: new Date(7) }))
    expect(pickle({ faked })).toBe(text)
    expect(unpickle(text)).toStrictEqual({ faked: new Date(7) })
  })

  it('is refused if it has a property besides, as is an instance of any other subclass', () => {
    expect(() => pickle(Object.assign(new Date(), { zone: 'UTC' }))).toThrow(/properties of its own/)
    expect(() => pickle(Object.assign(new Date(), { constructor: 1 }))).toThrow()
    vi.useRealTimers()
    class Day extends Date {
      static isFake = true
      day() {
        return this.getDay()
      }
    }
    expect(() => pickle(new Day())).toThrow(/an instance of Day/)
  })
})

it('a date with the constructor of another Date comes back equal, as under timekeeper', () => {
  function FakeDate(): void {}
  FakeDate.prototype = Date.prototype
  const date = Object.assign(new Date(7), { constructor: FakeDate })
  expect((unpickle(pickle([date])) as Date[]).map(Number)).toEqual([7])
  expect(() => pickle([Object.assign(new Date(7), { constructor: Map })])).toThrow(/properties of its own/)
})

it('dates come back equal if the package is loaded under fake timers', () => {
  const program = `
    const Real = Date
    globalThis.Date = class extends Real {
      static isFake = true
      constructor(...all) {
        super(...(all.length > 0 ? all : [5]))
        Object.defineProperty(this, 'constructor', { value: Real, enumerable: false })
      }
    }
    const { pickle, unpickle } = await import('@persist/pickle')
    const faked = new Date()
    const texts = [pickle([faked, new Real(6)])]
    globalThis.Date = Real
    texts.push(pickle([faked, new Date(6)]), pickle([new Date(5), new Date(6)]))
    console.log(JSON.stringify([new Set(texts).size, unpickle(texts[0]).map(Number)]))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: import.meta.dirname })
  expect(JSON.parse(String(output))).toEqual([1, [5, 6]])
})
