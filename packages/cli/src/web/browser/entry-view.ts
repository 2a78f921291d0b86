import { ago, bytes, duration, moment } from '../../output/format.ts'
import type { EntryDetails } from '../types.ts'
import { deleteEntry, entry as loadEntry } from './client.ts'
import { confirmed, showError } from './dialog.ts'
import { el } from './dom.ts'
import { madeFromView } from './made-from-view.ts'
import { goTo } from './route.ts'
import { treeView } from './tree-view.ts'

/** One entry: its key, value and other fields. */
export async function entryView(funcname: string, hash: string, readonly: boolean): Promise<HTMLElement> {
  const close = el('button', { type: 'button', 'aria-label': 'Close', click: () => goTo({ funcname }) }, '×')
  try {
    const entry = await loadEntry(funcname, hash)
    const remove = el(
      'button',
      { type: 'button', class: 'danger', id: 'delete', click: () => removeEntry(funcname, hash) },
      'Delete',
    )
    return el(
      'aside',
      { class: 'entry', 'aria-label': 'Entry' },
      el('div', { class: 'bar' }, el('h2', { class: 'hash' }, hash), !readonly && remove, close),
      entry.keyTree && el('h3', {}, 'Key'),
      entry.keyTree && el('div', { class: 'tree', id: 'key' }, treeView(entry.keyTree)),
      el('h3', {}, 'Value'),
      entry.unread !== undefined && el('p', { class: 'faint' }, `As stored: ${entry.unread}`),
      el('div', { class: 'tree', id: 'value' }, treeView(entry.valueTree)),
      facts(entry),
      ...madeFromView(entry),
    )
  } catch (error) {
    return el(
      'aside',
      { class: 'entry' },
      el('div', { class: 'bar' }, el('h2', { class: 'hash' }, hash), close),
      el('p', { class: 'bad' }, (error as Error).message),
    )
  }
}

/** Deletes an entry after a question. */
export async function removeEntry(funcname: string, hash: string): Promise<void> {
  if (!(await confirmed(`Delete the entry ${hash} of ${funcname}?`, 'Delete'))) return
  try {
    await deleteEntry(funcname, hash)
    goTo({ funcname })
  } catch (error) {
    showError(error)
  }
}

function facts(entry: EntryDetails): HTMLElement {
  const now = Date.now()
  const time = (at: number) => `${moment(at)} (${ago(at, now)})`
  const fields: [string, string | undefined][] = [
    ['written', time(entry.createdAt)],
    ['expires', entry.expiresAt === undefined ? 'never' : time(entry.expiresAt)],
    ['took', entry.durationMs === undefined ? undefined : duration(entry.durationMs)],
    ['bytes', bytes(entry.bytes)],
    ['codecs', entry.codecs?.join(', ')],
    ['version', entry.version],
    ['source', entry.source],
    ['tags', entry.tags?.join(', ')],
    ['metadata', entry.metadata],
    ['returned', entry.promised ? 'a promise' : undefined],
  ]
  return el(
    'dl',
    { class: 'facts' },
    ...fields.flatMap(([name, text]) => (text === undefined ? [] : [el('dt', {}, name), el('dd', {}, text)])),
  )
}
