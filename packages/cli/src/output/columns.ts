/** A column of a table. */
export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
  /** The column may be cut, down to this width. Absent: it is never cut. */
  readonly minWidth?: number
  /** The column is left out on a narrow terminal, the highest number first. Absent: it always stays. */
  readonly dropOrder?: number
}

const GAP = 2

/**
 * The widths of columns, so that a line fits; `undefined` for a column that is left out.
 *
 * @param natural the width of each column if it is not cut.
 */
export function fitColumns(
  columns: readonly Column[],
  natural: readonly number[],
  room: number,
): (number | undefined)[] {
  const least = columns.map((column, index) => Math.min(natural[index]!, column.minWidth ?? natural[index]!))
  const stays = columns.map(() => true)
  const free = () => room - sum(least, stays) - GAP * (stays.filter(Boolean).length - 1)
  while (free() < 0) {
    const first = nextToDrop(columns, stays)
    if (first < 0) break
    stays[first] = false
  }
  // The last column that can grow gets the space first: it is the most useful one.
  const widths = [...least]
  let left = free()
  for (let index = columns.length - 1; index >= 0; index--) {
    if (!stays[index] || columns[index]!.minWidth === undefined) continue
    const change = left > 0 ? Math.min(left, natural[index]! - widths[index]!) : Math.max(left, 1 - widths[index]!)
    widths[index] = widths[index]! + change
    left -= change
  }
  return widths.map((width, index) => (stays[index] ? width : undefined))
}

function sum(numbers: readonly number[], counts: readonly boolean[]): number {
  return numbers.reduce((total, number, index) => (counts[index] ? total + number : total), 0)
}

function nextToDrop(columns: readonly Column[], stays: readonly boolean[]): number {
  let found = -1
  let rank = Number.NEGATIVE_INFINITY
  for (const [index, { dropOrder }] of columns.entries()) {
    if (!stays[index] || dropOrder === undefined || dropOrder <= rank) continue
    found = index
    rank = dropOrder
  }
  return found
}
