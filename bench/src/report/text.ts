/** Three significant digits with a suitable unit: 950 ns, 12.3 µs, 4.56 ms. */
export function time(micros: number | undefined): string {
  if (micros === undefined || Number.isNaN(micros)) return '–'
  if (micros < 1) return `${digits(micros * 1_000)} ns`
  if (micros < 1_000) return `${digits(micros)} µs`
  if (micros < 1_000_000) return `${digits(micros / 1_000)} ms`
  return `${digits(micros / 1_000_000)} s`
}

export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value < 1 ? 2 : 3)
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const align = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [line(head), line(align), ...rows.map(line)].join('\n')
}
