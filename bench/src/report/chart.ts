/** One bar. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** The label at its end. */
  readonly text: string
  readonly tone: 'ours' | 'peer' | 'python' | 'limit'
}

const KEY = 'blue: @persist · gray: JavaScript · ochre: Python · pale: no cache, but the minimum that a cache must do'
const WIDTH = 820
const LABELS = 260
const ROW = 24
const TOP = 80
const PLOT = WIDTH - LABELS - 110

// GitHub and browsers show it in light and dark mode. It has no script and loads no font.
const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .note, .tick { fill: #59636e; font-size: 12px }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .ours { fill: #0969da } .peer { fill: #8c959f } .python { fill: #bf8700 } .limit { fill: #d1d9e0 }
  .bold { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note, .tick { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .ours { fill: #4493f8 } .peer { fill: #656c76 } .python { fill: #9e6a03 } .limit { fill: #3d444d }
  }`

/** Horizontal bars, the smallest first. With `log`, each line of the grid is ten times the one before. */
export function barChart(title: string, note: string, bars: readonly Bar[], scale: 'log' | 'linear'): string {
  const sorted = [...bars].sort((a, b) => a.value - b.value)
  const height = TOP + sorted.length * ROW + 34
  const { width, ticks } = scale === 'log' ? logarithmic(sorted) : linear(sorted)
  const bottom = TOP + sorted.length * ROW
  const grid = ticks.map(
    ([value, text]) =>
      `<line class="grid" x1="${x(width(value))}" x2="${x(width(value))}" y1="${TOP - 6}" y2="${bottom}"/><text class="tick" x="${x(width(value))}" y="${bottom + 18}" text-anchor="middle">${escaped(text)}</text>`,
  )
  const rows = sorted.map(({ label, value, text, tone }, index) => {
    const y = TOP + index * ROW
    const length = Math.max(2, width(value))
    const weight = tone === 'ours' ? ' class="bold"' : ''
    return `<text${weight} x="${LABELS - 10}" y="${y + 14}" text-anchor="end">${escaped(label)}</text><rect class="${tone}" x="${LABELS}" y="${y + 2}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="2"/><text${weight} x="${x(length) + 6}" y="${y + 14}">${escaped(text)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}
</style>
<text class="title" x="12" y="24">${escaped(title)}</text>
<text class="note" x="12" y="44">${escaped(note)}</text>
<text class="note" x="12" y="62">${escaped(KEY)}</text>
${grid.join('\n')}
${rows.join('\n')}
</svg>
`
}

function logarithmic(bars: readonly Bar[]) {
  const values = bars.map(({ value }) => value).filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const width = (value: number) => ((Math.log10(value) - low) / (high - low)) * PLOT
  const ticks = Array.from({ length: high - low + 1 }, (_, step) => {
    const value = 10 ** (low + step)
    return [value, microseconds(value)] as const
  })
  return { width, ticks }
}

function linear(bars: readonly Bar[]) {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  const step = Math.max(1, Math.ceil(most / 5))
  const width = (value: number) => (value / (step * 5)) * PLOT
  return { width, ticks: [0, 1, 2, 3, 4, 5].map((index) => [index * step, String(index * step)] as const) }
}

function microseconds(value: number): string {
  if (value >= 1e6) return `${value / 1e6} s`
  if (value >= 1e3) return `${value / 1e3} ms`
  return value >= 1 ? `${value} µs` : `${value * 1e3} ns`
}

function x(along: number): number {
  return Math.round((LABELS + along) * 10) / 10
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
