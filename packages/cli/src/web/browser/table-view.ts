import { ago, bytes, count, duration } from '../../format.ts'
import type { Order, Row, Rows } from '../types.ts'
import { entries } from './client.ts'
import { complain } from './dialog.ts'
import { el } from './dom.ts'
import { hrefOf } from './route.ts'

const PAGE = 100
const REST_MS = 120
const COLUMNS: readonly (readonly [Order, string])[] = [
  ['hash', 'Hash'],
  ['key', 'Key'],
  ['bytes', 'Bytes'],
  ['durationMs', 'Took'],
  ['createdAt', 'Written'],
]

/** The entries of a function, with search, order and pages. */
export class TableView {
  readonly element: HTMLElement
  readonly #funcname: string
  readonly #body = el('tbody')
  readonly #count = el('span', { class: 'faint', role: 'status' })
  readonly #more = el('button', { type: 'button', class: 'more', click: () => this.#load(this.#shown) }, 'Show more')
  readonly #search: HTMLInputElement
  readonly #heads: Map<Order, HTMLElement>
  #order: Order = 'createdAt'
  #descending = true
  #shown = 0
  #asked = 0
  #timer = 0

  constructor(funcname: string) {
    this.#funcname = funcname
    this.#search = el('input', {
      type: 'search',
      class: 'search',
      placeholder: 'Search keys, hashes, versions, tags  ( / )',
      'aria-label': 'Search entries',
      spellcheck: 'false',
      input: () => {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.refresh(), REST_MS)
      },
    })
    this.#heads = new Map(COLUMNS.map(([order, title]) => [order, this.#head(order, title)]))
    this.element = el(
      'section',
      { class: 'entries' },
      el('div', { class: 'bar' }, this.#search, this.#count),
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...this.#heads.values(), el('th', { scope: 'col' }, 'Expires'))),
        this.#body,
      ),
      this.#more,
    )
    this.#mark()
    this.refresh()
  }

  /** Loads the rows that are shown again. */
  refresh(): void {
    void this.#load(0, Math.max(PAGE, this.#shown))
  }

  async #load(offset: number, limit = PAGE): Promise<void> {
    const asked = ++this.#asked
    try {
      const search = this.#search.value
      const query = { funcname: this.#funcname, search, order: this.#order, descending: this.#descending }
      const found = await entries({ ...query, offset, limit: Math.min(limit, 500) })
      // There is a newer search.
      if (asked === this.#asked) this.#show(found, offset)
    } catch (error) {
      complain(error)
    }
  }

  #show({ rows, total, cut }: Rows, offset: number): void {
    const focused = document.activeElement?.getAttribute('data-href')
    const made = rows.map((row) => this.#row(row))
    if (offset === 0) this.#body.replaceChildren(...made)
    else this.#body.append(...made)
    this.#shown = offset + rows.length
    this.#more.hidden = this.#shown >= total
    this.#count.textContent = `${count(total)} ${total === 1 ? 'entry' : 'entries'}${cut ? ' of the first 100,000' : ''}`
    if (focused) made.find((row) => row.getAttribute('data-href') === focused)?.focus()
  }

  #row(row: Row): HTMLElement {
    const href = hrefOf({ funcname: this.#funcname, hash: row.hash })
    const now = Date.now()
    const { expiresAt } = row
    const expires = expiresAt === undefined ? '–' : expiresAt <= now ? 'expired' : ago(expiresAt, now)
    return el(
      'tr',
      { class: 'row', tabindex: -1, 'data-href': href },
      el('td', { class: 'hash' }, el('a', { href }, row.hash)),
      el('td', { class: 'key' }, row.key ?? '–'),
      el('td', { class: 'number' }, bytes(row.bytes)),
      el('td', { class: 'number' }, row.durationMs === undefined ? '–' : duration(row.durationMs)),
      el('td', { class: 'number' }, ago(row.createdAt, now)),
      el('td', { class: `number${expires === 'expired' ? ' bad' : ''}` }, expires),
    )
  }

  #head(order: Order, title: string): HTMLElement {
    const click = () => {
      this.#descending = this.#order === order ? !this.#descending : order !== 'hash' && order !== 'key'
      this.#order = order
      this.#mark()
      this.refresh()
    }
    return el('th', { scope: 'col' }, el('button', { type: 'button', click }, title))
  }

  #mark(): void {
    for (const [order, head] of this.#heads) {
      if (order === this.#order) head.setAttribute('aria-sort', this.#descending ? 'descending' : 'ascending')
      else head.removeAttribute('aria-sort')
    }
  }
}
