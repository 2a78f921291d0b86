import { ago, bytes, count, duration } from '../../format.ts'
import { AGE_SPANS, type FunctionShape, type Overview } from '../types.ts'
import { share, spark } from './charts.ts'
import { el } from './dom.ts'
import { hrefOf } from './route.ts'

/** All functions of the store with their charts. */
export function overviewView({ functions }: Overview): HTMLElement {
  if (functions.length === 0) return el('p', { class: 'faint empty' }, 'Nothing is stored here yet.')
  const mostEntries = Math.max(...functions.map(({ entries }) => entries))
  const mostBytes = Math.max(...functions.map((one) => one.bytes))
  const mostTime = Math.max(...functions.map(({ computeMs }) => computeMs))
  const head = ['Function', 'Entries', 'Bytes', 'Saves', 'Ages', 'Newest', 'Versions']
  const explained: Record<string, string> = {
    Saves: 'How long the stored results took to compute: what it saves when each is used once.',
    Ages: `Entries by age: ${AGE_SPANS.map(({ name }) => name).join(', ')}`,
  }
  return el(
    'table',
    { class: 'functions' },
    el('thead', {}, el('tr', {}, ...head.map((title) => el('th', { scope: 'col', title: explained[title] }, title)))),
    el(
      'tbody',
      {},
      ...functions.map((shape) => {
        const measured = (text: string, part: number, most: number) =>
          el('td', { class: 'measure' }, el('span', {}, text), share(part, most))
        return el(
          'tr',
          { class: 'row', tabindex: -1, 'data-href': hrefOf({ funcname: shape.funcname }) },
          el(
            'td',
            {},
            el('a', { href: hrefOf({ funcname: shape.funcname }) }, shape.funcname || '(no name)'),
            badges(shape),
          ),
          measured(count(shape.entries), shape.entries, mostEntries),
          measured(bytes(shape.bytes), shape.bytes, mostBytes),
          measured(duration(shape.computeMs), shape.computeMs, mostTime),
          el('td', {}, spark('Ages', [...shape.ages].reverse())),
          el('td', { class: 'faint' }, shape.newest === undefined ? '–' : ago(shape.newest, Date.now())),
          el('td', { class: 'faint' }, Object.keys(shape.versions).filter(Boolean).join(' ') || '–'),
        )
      }),
    ),
  )
}

/** The totals of all functions. */
export function totals({ functions }: Overview): HTMLElement {
  const sum = (of: (shape: FunctionShape) => number) => functions.reduce((total, shape) => total + of(shape), 0)
  const facts: [string, string][] = [
    ['functions', count(functions.length)],
    ['entries', count(sum(({ entries }) => entries))],
    ['results', bytes(sum((shape) => shape.bytes))],
    ['saved when each is used once', duration(sum(({ computeMs }) => computeMs))],
  ]
  return el(
    'dl',
    { class: 'totals' },
    ...facts.map(([name, text]) => el('div', {}, el('dt', {}, name), el('dd', {}, text))),
  )
}

/** Notes on a function: damaged, expired and stale entries, versions. */
export function badges({ expired, damaged }: FunctionShape): HTMLElement {
  return el(
    'span',
    {},
    expired > 0 && el('span', { class: 'badge' }, `${count(expired)} expired`),
    damaged > 0 && el('span', { class: 'badge bad' }, `${count(damaged)} damaged`),
  )
}
