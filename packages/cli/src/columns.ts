/** A column of a table. */
export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
  /** The minimum width to which it may be cut. Absent: it is never cut. */
  readonly least?: number
  /** The rank in which it is left out on a narrow terminal, the highest first. Absent: it always stays. */
  readonly leaves?: number
}

const GAP = 2

/**
 * The widths of columns, so that a line fits. `undefined` for a column that is left out.
 *
 * @param natural the width that each column needs to show everything.
 */
export function layOut(columns: readonly Column[], natural: readonly number[], room: number): (number | undefined)[] {
  const least = columns.map((column, index) => Math.min(natural[index]!, column.least ?? natural[index]!))
  const stays = columns.map(() => true)
  const free = () => room - sum(least, stays) - GAP * (stays.filter(Boolean).length - 1)
  while (free() < 0) {
    const first = firstToLeave(columns, stays)
    if (first < 0) break
    stays[first] = false
  }
  // The last flexible column gets its space first, because it matters most to the reader.
  const widths = [...least]
  let left = free()
  for (let index = columns.length - 1; index >= 0; index--) {
    if (!stays[index] || columns[index]!.least === undefined) continue
    const change = left > 0 ? Math.min(left, natural[index]! - widths[index]!) : Math.max(left, 1 - widths[index]!)
    widths[index] = widths[index]! + change
    left -= change
  }
  return widths.map((width, index) => (stays[index] ? width : undefined))
}

function sum(numbers: readonly number[], counts: readonly boolean[]): number {
  return numbers.reduce((total, number, index) => (counts[index] ? total + number : total), 0)
}

function firstToLeave(columns: readonly Column[], stays: readonly boolean[]): number {
  let found = -1
  let rank = Number.NEGATIVE_INFINITY
  for (const [index, { leaves }] of columns.entries()) {
    if (!stays[index] || leaves === undefined || leaves <= rank) continue
    found = index
    rank = leaves
  }
  return found
}
