import { showDialog } from './dialog.ts'
import { el } from './dom.ts'
import { removeEntry } from './entry-view.ts'
import { currentRoute, goTo } from './route.ts'

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['↓ ↑  or  j k', 'next and previous line'],
  ['Enter', 'open the line'],
  ['Delete', 'delete the entry'],
  ['Esc', 'back'],
  ['?', 'this'],
]

/** Adds the keys, with which the whole page can be used without a mouse. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
    const isTyping = event.target instanceof HTMLInputElement
    if (isTyping && event.key !== 'Escape' && event.key !== 'ArrowDown' && event.key !== 'Enter') return
    if (act(event.key, isTyping)) event.preventDefault()
  })
  document.addEventListener('click', ({ target }) => {
    const row = target instanceof Element && !target.closest('a, button') ? target.closest('[data-href]') : null
    if (row) location.hash = row.getAttribute('data-href')!
  })
}

function act(key: string, isTyping: boolean): boolean {
  switch (key) {
    case '/':
      document.querySelector<HTMLInputElement>('input.search')?.focus()
      return true
    case 'ArrowDown':
    case 'j':
      return move(1)
    case 'ArrowUp':
    case 'k':
      return move(-1)
    case 'Enter':
      return isTyping ? move(1) : open()
    case 'Delete':
      return remove()
    case 'Escape':
      return back(isTyping)
    case '?':
      showDialog(
        'Keys',
        el('dl', { class: 'facts' }, ...KEYS.flatMap(([name, what]) => [el('dt', {}, name), el('dd', {}, what)])),
      )
      return true
    default:
      return false
  }
}

function move(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('tr.row')]
  if (rows.length === 0) return false
  const at = rows.indexOf(document.activeElement?.closest('tr.row') as HTMLElement)
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]!.focus()
  return true
}

function open(): boolean {
  const href = document.activeElement?.getAttribute('data-href')
  if (!href) return false
  location.hash = href
  return true
}

function remove(): boolean {
  const { funcname, hash } = currentRoute()
  if (document.getElementById('delete') === null || funcname === undefined || hash === undefined) return false
  void removeEntry(funcname, hash)
  return true
}

function back(isTyping: boolean): boolean {
  if (isTyping) (document.activeElement as HTMLElement).blur()
  else {
    const { funcname, hash } = currentRoute()
    goTo(hash !== undefined && funcname !== undefined ? { funcname } : {})
  }
  return true
}
