import { describe, expect, it } from 'vitest'
import { type Bar, barChart } from '../src/report/chart.ts'

const bar = (label: string, value: number): Bar => ({ label, value, text: `${value} µs`, tone: 'peer' })
const lengths = (svg: string) => [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))

describe('a bar chart', () => {
  it('shows the smallest first', () => {
    const svg = barChart('Times', '', [bar('slow', 900), bar('fast', 3), bar('middling', 40)], 'log')
    expect([...svg.matchAll(/text-anchor="end">(\w+)</g)].map(([, label]) => label)).toEqual([
      'fast',
      'middling',
      'slow',
    ])
    expect(lengths(svg)).toEqual([...lengths(svg)].sort((a, b) => a - b))
  })

  it('has the same length for each factor of ten on a logarithmic scale', () => {
    const [one, ten, hundred] = lengths(barChart('', '', [bar('a', 1), bar('b', 10), bar('c', 100)], 'log'))
    expect(hundred! - ten!).toBeCloseTo(ten! - one!, -1)
  })

  it('shows a very short bar for 0 on a linear scale', () => {
    const [none, most] = lengths(barChart('', '', [bar('none', 0), bar('most', 20)], 'linear'))
    expect(none).toBeLessThan(5)
    expect(most).toBeGreaterThan(100)
  })

  it('escapes markup in a label', () => {
    expect(barChart('<script>', '"', [bar('a & b', 1)], 'log')).not.toMatch(/<script>|a & b/)
  })

  it('has colors for a dark page', () => {
    expect(barChart('', '', [bar('a', 1)], 'log')).toContain('prefers-color-scheme: dark')
  })
})
