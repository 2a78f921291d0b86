import { canonical, identity } from '@persist/key'
import { describe, expect, it } from 'vitest'

class Model {
  readonly weights: unknown
  constructor(weights: unknown) {
    this.weights = weights
  }
  [identity](): unknown {
    return ['Model', this.weights]
  }
}

describe('the identity method', () => {
  it('stands for the instance: equal results make equal strings, and others do not', () => {
    expect(canonical(new Model('a'))).toBe(canonical(new Model('a')))
    expect(canonical(new Model('a'))).not.toBe(canonical(new Model('b')))
  })

  it('does not make an instance equal to what its method returns', () => {
    expect(canonical(new Model('a'))).not.toBe(canonical(['Model', 'a']))
  })

  it('is found under Symbol.for, without this package', () => {
    expect(identity).toBe(Symbol.for('@persist/identity'))
  })

  it('works for functions, but only as an own property', () => {
    const compare = Object.assign(() => 0, { [identity]: () => ['byAge', 1] })
    expect(canonical([compare])).toContain('byAge')
    expect(() => canonical([() => 0])).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
  })

  it.each([
    ['returns undefined', () => undefined],
    ['returns a function', () => () => 1],
    [
      'throws',
      () => {
        throw new Error('mine')
      },
    ],
  ])('is refused with the path if it %s', (_what, method) => {
    const instance = new (class {
      [identity]() {
        return method()
      }
    })()
    expect(() => canonical({ deep: [instance] })).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_KEY', path: expect.stringContaining('$.deep[0]') }),
    )
  })
})
