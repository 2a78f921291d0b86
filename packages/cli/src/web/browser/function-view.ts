import { bytes, count, duration } from '../../output/format.ts'
import { AGE_SPANS, type FunctionDetails, SIZE_CLASSES } from '../types.ts'
import { histogram } from './charts.ts'
import { clear } from './client.ts'
import { confirmed, showError } from './dialog.ts'
import { el } from './dom.ts'
import { badges } from './overview-view.ts'
import { TableView } from './table-view.ts'

/** One function: its charts and its entries. */
export class FunctionView {
  readonly element: HTMLElement
  readonly funcname: string
  readonly #table: TableView
  readonly #charts = el('div', { class: 'charts' })
  readonly #title = el('div', { class: 'title' })
  readonly #readonly: boolean
  #drawn = ''

  constructor(funcname: string, details: FunctionDetails | undefined, readonly: boolean) {
    this.funcname = funcname
    this.#readonly = readonly
    this.#table = new TableView(funcname)
    this.element = el('section', { class: 'function' }, this.#title, this.#charts, this.#table.element)
    this.#draw(details)
  }

  /** Shows the function again if it has changed. */
  update(details: FunctionDetails | undefined): void {
    if (JSON.stringify(details) === this.#drawn) return
    this.#draw(details)
    this.#table.refresh()
  }

  #draw(details: FunctionDetails | undefined): void {
    this.#drawn = JSON.stringify(details) ?? ''
    const { funcname } = this
    const entries = details?.entries ?? 0
    const empty = el(
      'button',
      { type: 'button', class: 'danger', id: 'clear', click: () => this.#clear(entries) },
      'Clear',
    )
    this.#title.replaceChildren(
      el('h2', {}, funcname || '(no name)'),
      details ? badges(details) : '',
      el('span', { class: 'grow' }),
      ...(this.#readonly || entries === 0 ? [] : [empty]),
    )
    this.#charts.replaceChildren(
      ...(details === undefined ? [el('p', { class: 'faint' }, 'Nothing is stored here.')] : chartsOf(details)),
    )
  }

  async #clear(entries: number): Promise<void> {
    if (!(await confirmed(`Delete all ${count(entries)} entries of ${this.funcname}?`, 'Delete all'))) return
    await clear(this.funcname).catch(showError)
  }
}

function chartsOf(details: FunctionDetails): HTMLElement[] {
  const { entries } = details
  const facts: [string, string][] = [
    ['entries', count(entries)],
    ['results', bytes(details.bytes)],
    ['on average', entries === 0 ? '–' : bytes(details.bytes / entries)],
    ['saved if each is used once', duration(details.computeMs)],
  ]
  const chart = (title: string, drawn: Element) => el('figure', {}, el('figcaption', {}, title), drawn)
  return [
    el(
      'dl',
      { class: 'totals' },
      ...facts.map(([name, text]) => el('div', {}, el('dt', {}, name), el('dd', {}, text))),
    ),
    chart('Entries by age', histogram('Entries by age', AGE_SPANS, details.ages)),
    chart('Entries by size', histogram('Entries by size', SIZE_CLASSES, details.sizes)),
  ]
}
