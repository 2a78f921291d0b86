import { type Column, layOut } from './columns.ts'
import type { Output } from './output.ts'

const PLAIN = /^[ -~]*$/
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A table without borders, no wider than the terminal. On a narrow one, columns are cut or left out. */
export async function table(
  output: Output,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): Promise<string> {
  const { default: stringWidth } = await import('string-width')
  const widthOf = (text: string) => (PLAIN.test(text) ? text.length : stringWidth(text))
  const natural = columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[index]!)), title.length),
  )
  const widths = layOut(columns, natural, output.tableWidth)

  function cell(text: string, width: number, align: Column['align']): string {
    const shown = cut(text, width, widthOf)
    const blanks = ' '.repeat(width - widthOf(shown))
    return align === 'left' ? shown + blanks : blanks + shown
  }

  function line(texts: readonly string[], paint = (text: string) => text): string {
    const cells = columns.flatMap(({ align }, index) => {
      const width = widths[index]
      return width === undefined ? [] : [cell(texts[index]!, width, align)]
    })
    const end = cells.pop()?.trimEnd() ?? ''
    return [...cells, end].map((text) => paint(text)).join('  ')
  }

  const head = line(
    columns.map(({ title }) => title),
    output.paint.dim,
  )
  return [head, ...rows.map((row) => line(row).trimEnd())].join('\n')
}

function cut(text: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
