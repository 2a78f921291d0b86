import { ago } from '../../output/format.ts'
import type { EntryDetails } from '../types.ts'
import { el } from './dom.ts'

/** What an entry was made from, with what has changed since, and the entry with the most similar arguments. */
export function madeFromView({ funcname, madeFrom, nearest }: EntryDetails): HTMLElement[] {
  const { parts, changed } = madeFrom
  const views: HTMLElement[] = []
  if (parts !== undefined || (changed !== undefined && changed.length > 0)) {
    views.push(
      el('h3', {}, 'Made from'),
      el('div', { class: 'tree', id: 'made-from' }, partsTree(funcname, parts ?? [], changed ?? [])),
    )
  }
  if (nearest !== undefined) {
    views.push(
      el('h3', {}, 'Nearest call'),
      el(
        'p',
        { id: 'nearest' },
        el('a', { href: `#/${encodeURIComponent(funcname)}/${encodeURIComponent(nearest.hash)}` }, 'another entry'),
        `, written ${ago(nearest.createdAt, Date.now())}, differs in ${nearest.differs.join(', ')}`,
      ),
    )
  }
  return views
}

/** The function, with what its version depends on below it; changes first. */
function partsTree(funcname: string, parts: readonly string[], changed: readonly string[]): HTMLElement {
  const changes = changed.map((change) => el('li', { class: 'bad' }, `${change} has changed`))
  // A change begins with the name of its part; a package is named without its version there.
  const isChanged = (part: string) =>
    changed.some((change) => change === part || part.startsWith(`${change.split(' ', 1)}@`))
  const others = parts.filter((part) => !isChanged(part)).map((part) => el('li', {}, part))
  return el('details', { open: true }, el('summary', {}, funcname), el('ul', { class: 'parts' }, ...changes, ...others))
}
