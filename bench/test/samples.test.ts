import { describe, expect, it } from 'vitest'
import { ratios, samples, undisturbed } from '../src/samples.ts'

describe('samples', () => {
  it('runs each subject once in each round of each block, after a warm-up that does not count', async () => {
    const calls = [0, 0]
    const subjects = calls.map((_, index) => ({ name: `${index}`, run: () => calls[index]!++ }))
    const taken = await samples(subjects, { blocks: 2, inBlock: 3, batch: 5, warmUp: 4 })
    expect(taken.map(({ length }) => length)).toEqual([6, 6])
    expect(calls).toEqual([50, 50])
  })

  it('waits for promises', async () => {
    const order: string[] = []
    const run = async () => {
      order.push('begun')
      await new Promise(setImmediate)
      order.push('ended')
    }
    await samples([{ name: 'asynchronous', run }], { blocks: 1, inBlock: 1, batch: 2, warmUp: 0 })
    expect(order).toEqual(['begun', 'ended', 'begun', 'ended'])
  })
})

describe('ratios', () => {
  it('do not change if some rounds are disturbed', () => {
    const steady = Array.from({ length: 12 }, () => 10)
    const disturbed = steady.map((micros, round) => (round % 2 === 0 ? micros * 50 : micros))
    expect(ratios(disturbed, steady, 12)).toEqual([1])
    expect(ratios(steady, disturbed, 12)).toEqual([1])
  })

  it('are one number for each whole block', () => {
    expect(ratios([2, 2, 6, 6, 9], [1, 1, 2, 2, 9], 2)).toEqual([2, 3])
  })

  it('use the lower quarter', () => {
    expect(undisturbed([4, 1, 3, 2])).toBe(2)
  })
})
