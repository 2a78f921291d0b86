import { bytes, count, duration } from '../../format.ts'
import { AGE_SPANS, type FunctionShape, SIZE_CLASSES } from '../types.ts'
import { histogram } from './charts.ts'
import { clear } from './client.ts'
import { complain, confirmed } from './dialog.ts'
import { el } from './dom.ts'
import { badges } from './overview-view.ts'
import { TableView } from './table-view.ts'

/** One function with its charts and entries. */
export class FunctionView {
  readonly element: HTMLElement
  readonly funcname: string
  readonly #table: TableView
  readonly #charts = el('div', { class: 'charts' })
  readonly #title = el('div', { class: 'title' })
  readonly #readonly: boolean
  #known = ''

  constructor(funcname: string, shape: FunctionShape | undefined, readonly: boolean) {
    this.funcname = funcname
    this.#readonly = readonly
    this.#table = new TableView(funcname)
    this.element = el('section', { class: 'function' }, this.#title, this.#charts, this.#table.element)
    this.#draw(shape)
  }

  /** Shows the changes. */
  update(shape: FunctionShape | undefined): void {
    if (JSON.stringify(shape) === this.#known) return
    this.#draw(shape)
    this.#table.refresh()
  }

  #draw(shape: FunctionShape | undefined): void {
    this.#known = JSON.stringify(shape) ?? ''
    const { funcname } = this
    const entries = shape?.entries ?? 0
    const empty = el(
      'button',
      { type: 'button', class: 'danger', id: 'clear', click: () => this.#clear(entries) },
      'Clear',
    )
    this.#title.replaceChildren(
      el('h1', {}, funcname || '(no name)'),
      shape ? badges(shape) : '',
      el('span', { class: 'grow' }),
      ...(this.#readonly || entries === 0 ? [] : [empty]),
    )
    this.#charts.replaceChildren(
      ...(shape === undefined ? [el('p', { class: 'faint' }, 'Nothing is stored here.')] : chartsOf(shape)),
    )
  }

  async #clear(entries: number): Promise<void> {
    if (!(await confirmed(`Delete all ${count(entries)} entries of ${this.funcname}?`, 'Delete all'))) return
    await clear(this.funcname).catch(complain)
  }
}

function chartsOf(shape: FunctionShape): HTMLElement[] {
  const { entries } = shape
  const facts: [string, string][] = [
    ['entries', count(entries)],
    ['results', bytes(shape.bytes)],
    ['on average', entries === 0 ? '–' : bytes(shape.bytes / entries)],
    ['saved when each is used once', duration(shape.computeMs)],
  ]
  const chart = (title: string, drawn: Element) => el('figure', {}, el('figcaption', {}, title), drawn)
  return [
    el(
      'dl',
      { class: 'totals' },
      ...facts.map(([name, text]) => el('div', {}, el('dt', {}, name), el('dd', {}, text))),
    ),
    chart('Entries by age', histogram('Entries by age', AGE_SPANS, shape.ages)),
    chart('Entries by size', histogram('Entries by size', SIZE_CLASSES, shape.sizes)),
  ]
}
