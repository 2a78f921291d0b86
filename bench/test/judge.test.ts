import { describe, expect, it } from 'vitest'
import { judge } from '../src/gate/judge.ts'
import type { Row } from '../src/gate/rows.ts'

const withTarget: Row = { id: 'disk-miss-shared', what: 'a row with a target', target: 2 }
const without: Row = { id: 'disk-hit', what: 'a row that misses its target', missed: { words: '≤ 1.2', ratio: 1.2 } }
const quiet = (ratio: number) => [0.98, 0.99, 1, 1.01, 1.02].map((share) => share * ratio)

describe('the gate', () => {
  it('passes a row within its target, even if it is much worse than accepted', () => {
    expect(judge(withTarget, quiet(1.9), { 'disk-miss-shared': { ratio: 1 } }).verdict).toBe('met')
  })

  it('fails a row beyond its target and beyond the accepted ratio', () => {
    expect(judge(withTarget, quiet(2.6), { 'disk-miss-shared': { ratio: 1.5 } }).verdict).toBe('worse')
  })

  it('compares a row that missed its target with its accepted ratio', () => {
    const accepted = { 'disk-miss-shared': { ratio: 2.5 } }
    expect(judge(withTarget, quiet(2.6), accepted).verdict).toBe('held')
    expect(judge(withTarget, quiet(3.2), accepted).verdict).toBe('worse')
  })

  it('compares a row without a target with its accepted ratio', () => {
    const accepted = { 'disk-hit': { ratio: 1.35 } }
    expect(judge(without, quiet(1.5), accepted).verdict).toBe('held')
    expect(judge(without, quiet(1.8), accepted).verdict).toBe('worse')
  })

  it('allows more in a noisy run', () => {
    const accepted = { 'disk-hit': { ratio: 1.35 } }
    const noisy = [1.2, 1.4, 1.8, 2.2, 2.6]
    expect(judge(without, noisy, accepted).verdict).toBe('held')
    expect(judge(without, quiet(1.8), accepted).verdict).toBe('worse')
  })

  it('compares a row that was never accepted with its target', () => {
    expect(judge(withTarget, quiet(2.6), {}).verdict).toBe('worse')
    expect(judge(without, quiet(9), {}).verdict).toBe('held')
  })

  it.each([
    [[3, 1, 2], 2],
    [[1, 2, 3, 4, 100], 3],
  ])('uses the median of the blocks: %j', (ratios, median) => {
    expect(judge(without, ratios, {}).median).toBe(median)
  })
})
