import { count } from '../../format.ts'
import { svg } from './dom.ts'

const GAP = 2

/** A chart with a bar for each class, and a label for screen readers. */
export function histogram(
  title: string,
  classes: readonly { readonly name: string }[],
  counts: readonly number[],
): SVGSVGElement {
  const width = 320
  const height = 72
  const foot = 14
  const most = Math.max(1, ...counts)
  const step = width / counts.length
  const said = classes.map(({ name }, index) => `${name}: ${count(counts[index] ?? 0)}`).join(', ')
  return svg(
    'svg',
    { class: 'histogram', viewBox: `0 0 ${width} ${height + foot}`, role: 'img', 'aria-label': `${title}. ${said}` },
    ...counts.flatMap((entries, index) => {
      const bar = entries === 0 ? 0 : Math.max(2, (entries / most) * (height - 12))
      const x = index * step + GAP / 2
      const middle = x + step / 2 - GAP / 2
      return [
        svg('rect', { x, y: height - bar, width: step - GAP, height: bar, rx: 2, class: 'bar' }),
        entries > 0 && svg('text', { x: middle, y: height - bar - 3, class: 'figure' }, short(entries)),
        svg('text', { x: middle, y: height + foot - 3, class: 'axis' }, classes[index]!.name),
      ]
    }),
  )
}

/** A small chart without labels, for a line of a table. */
export function spark(title: string, counts: readonly number[]): SVGSVGElement {
  const [width, height] = [72, 18]
  const most = Math.max(1, ...counts)
  const step = width / counts.length
  return svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}: ${counts.join(', ')}` },
    ...counts.map((entries, index) => {
      const bar = entries === 0 ? 1 : Math.max(2, (entries / most) * height)
      return svg('rect', { x: index * step + 0.5, y: height - bar, width: step - 1, height: bar, class: 'bar' })
    }),
  )
}

/** A number as a share of the largest one. */
export function share(part: number, largest: number): SVGSVGElement {
  const width = largest === 0 ? 0 : Math.max(part > 0 ? 1 : 0, (part / largest) * 100)
  return svg(
    'svg',
    { class: 'share', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { width: 100, height: 6, class: 'rail' }),
    svg('rect', { width, height: 6, class: 'bar' }),
  )
}

function short(number: number): string {
  if (number < 10_000) return String(number)
  return number < 999_500 ? `${Math.round(number / 1000)}k` : `${(number / 1e6).toFixed(1)}M`
}
