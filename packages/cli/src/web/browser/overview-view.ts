import { ago, bytes, count, duration } from '../../output/format.ts'
import { AGE_SPANS, type FunctionDetails, type Overview } from '../types.ts'
import { shareBar, sparkline } from './charts.ts'
import { el } from './dom.ts'
import { hrefOf } from './route.ts'

/** All functions of the store, each with its charts. */
export function overviewView({ functions }: Overview): HTMLElement {
  if (functions.length === 0) return el('p', { class: 'faint empty' }, 'Nothing is stored here yet.')
  const mostEntries = Math.max(...functions.map(({ entries }) => entries))
  const mostBytes = Math.max(...functions.map((one) => one.bytes))
  const mostTime = Math.max(...functions.map(({ computeMs }) => computeMs))
  const head = ['Function', 'Entries', 'Bytes', 'Saves', 'Ages', 'Newest', 'Versions']
  const titles: Record<string, string> = {
    Saves: 'How long the stored results took to compute: the time saved if each is used once.',
    Ages: `Entries by age: ${AGE_SPANS.map(({ name }) => name).join(', ')}`,
  }
  return el(
    'table',
    { class: 'functions' },
    el('thead', {}, el('tr', {}, ...head.map((title) => el('th', { scope: 'col', title: titles[title] }, title)))),
    el(
      'tbody',
      {},
      ...functions.map((details) => {
        const measured = (text: string, part: number, most: number) =>
          el('td', { class: 'measure' }, el('span', {}, text), shareBar(part, most))
        return el(
          'tr',
          { class: 'row', tabindex: -1, 'data-href': hrefOf({ funcname: details.funcname }) },
          el(
            'td',
            {},
            el('a', { href: hrefOf({ funcname: details.funcname }) }, details.funcname || '(no name)'),
            badges(details),
          ),
          measured(count(details.entries), details.entries, mostEntries),
          measured(bytes(details.bytes), details.bytes, mostBytes),
          measured(duration(details.computeMs), details.computeMs, mostTime),
          el('td', {}, sparkline('Ages', [...details.ages].reverse())),
          el('td', { class: 'faint' }, details.newest === undefined ? '–' : ago(details.newest, Date.now())),
          el('td', { class: 'faint' }, Object.keys(details.versions).filter(Boolean).join(' ') || '–'),
        )
      }),
    ),
  )
}

/** Totals of all functions. */
export function totals({ functions }: Overview): HTMLElement {
  const sum = (of: (details: FunctionDetails) => number) => functions.reduce((total, details) => total + of(details), 0)
  const facts: [string, string][] = [
    ['functions', count(functions.length)],
    ['entries', count(sum(({ entries }) => entries))],
    ['results', bytes(sum((details) => details.bytes))],
    ['saved if each is used once', duration(sum(({ computeMs }) => computeMs))],
  ]
  return el(
    'dl',
    { class: 'totals' },
    ...facts.map(([name, text]) => el('div', {}, el('dt', {}, name), el('dd', {}, text))),
  )
}

/** Badges for expired and damaged entries. */
export function badges({ expired, damaged }: FunctionDetails): HTMLElement {
  return el(
    'span',
    {},
    expired > 0 && el('span', { class: 'badge' }, `${count(expired)} expired`),
    damaged > 0 && el('span', { class: 'badge bad' }, `${count(damaged)} damaged`),
  )
}
