import type { InputNode, InputTree } from '../../entries/made-from.ts'
import { ago } from '../../output/format.ts'
import type { EntryDetails } from '../types.ts'
import { el } from './dom.ts'

/** What an entry was made from, with what has changed since, and the entry with the most similar arguments. */
export function madeFromView({ funcname, madeFrom, nearest }: EntryDetails): HTMLElement[] {
  const { parts, changed, inputs } = madeFrom
  const views: HTMLElement[] = []
  const hasParts = parts !== undefined || (changed !== undefined && changed.length > 0)
  if (hasParts || inputs !== undefined) {
    views.push(
      el('h3', {}, 'Made from'),
      el(
        'div',
        { class: 'tree', id: 'made-from' },
        hasParts && partsTree(funcname, parts ?? [], changed ?? []),
        inputs && el('div', { id: 'inputs' }, inputsTree(inputs)),
      ),
    )
  }
  if (nearest !== undefined) {
    views.push(
      el('h3', {}, 'Nearest call'),
      el(
        'p',
        { id: 'nearest' },
        linkTo(funcname, nearest.hash, 'another entry'),
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

/** What the function has read and called. The inputs of a call are below it. */
function inputsTree({ shown, more = 0 }: InputTree): HTMLElement {
  if (shown.length === 0 && more === 0) return el('p', { class: 'faint' }, 'it has read nothing')
  const rest = more > 0 && el('li', { class: 'faint' }, `and ${more} more`)
  return el('ul', { class: 'parts' }, ...shown.map((input) => el('li', {}, ...inputView(input))), rest)
}

function inputView({ kind, name, state, hash, inputs }: InputNode): (Node | string)[] {
  const changed = el('span', { class: 'bad' }, ' has changed')
  const unknown = el('span', { class: 'faint' }, ', not verified')
  const after = state === 'changed' ? [changed] : state === 'unknown' ? [unknown] : []
  if (hash === undefined) return [`${kind} ${name}`, ...after]
  const title = [`${kind} `, linkTo(name, hash, name), ...after]
  if (inputs === undefined) return title
  return [el('details', { open: true }, el('summary', {}, ...title), inputsTree(inputs))]
}

function linkTo(funcname: string, hash: string, text: string): HTMLElement {
  return el('a', { href: `#/${encodeURIComponent(funcname)}/${encodeURIComponent(hash)}` }, text)
}
