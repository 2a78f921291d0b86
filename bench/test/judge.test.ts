import { describe, expect, it } from 'vitest'
import { judge } from '../src/gate/judge.ts'
import type { Row } from '../src/gate/rows.ts'

const withTarget: Row = { id: 'disk-miss-shared', what: 'a row with a target', target: 2 }
const without: Row = { id: 'disk-hit', what: 'a row that misses its target', missed: { words: '≤ 1.2', ratio: 1.2 } }
const quiet = (ratio: number) => [0.98, 0.99, 1, 1.01, 1.02].map((share) => share * ratio)

describe('the gate', () => {
  it('lets a row pass that is within its target, however much worse than accepted', () => {
    expect(judge(withTarget, quiet(1.9), { 'disk-miss-shared': { ratio: 1 } }).verdict).toBe('met')
  })

  it('fails a row that is beyond its target and beyond what was accepted', () => {
    expect(judge(withTarget, quiet(2.6), { 'disk-miss-shared': { ratio: 1.5 } }).verdict).toBe('worse')
  })

  it('holds a row that missed its target when it was accepted to that', () => {
    const accepted = { 'disk-miss-shared': { ratio: 2.5 } }
    expect(judge(withTarget, quiet(2.6), accepted).verdict).toBe('held')
    expect(judge(withTarget, quiet(3.2), accepted).verdict).toBe('worse')
  })

  it('holds a row without a target to what was accepted', () => {
    const accepted = { 'disk-hit': { ratio: 1.35 } }
    expect(judge(without, quiet(1.5), accepted).verdict).toBe('held')
    expect(judge(without, quiet(1.8), accepted).verdict).toBe('worse')
  })

  it('asks for more where its own run was noisy', () => {
    const accepted = { 'disk-hit': { ratio: 1.35 } }
    const noisy = [1.2, 1.4, 1.8, 2.2, 2.6]
    expect(judge(without, noisy, accepted).verdict).toBe('held')
    expect(judge(without, quiet(1.8), accepted).verdict).toBe('worse')
  })

  it('holds a row that was never accepted to its target', () => {
    expect(judge(withTarget, quiet(2.6), {}).verdict).toBe('worse')
    expect(judge(without, quiet(9), {}).verdict).toBe('held')
  })

  it.each([
    [[3, 1, 2], 2],
    [[1, 2, 3, 4, 100], 3],
  ])('goes by the median of the blocks: %j', (ratios, median) => {
    expect(judge(without, ratios, {}).median).toBe(median)
  })
})
