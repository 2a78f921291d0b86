import type { Speed } from '../race/speed.ts'
import { type Bar, barChart } from './chart.ts'
import type { Results } from './results.ts'
import { time } from './text.ts'

/** The charts of the README, by file name. */
export function charts(results: Results): Record<string, string> {
  const { race, sizes } = results
  const bar = (id: string, value: number, text: string): Bar => {
    const { title, role, language } = results.peers[id]!
    return { label: title, value, text, tone: role !== 'peer' ? role : language === 'Python' ? 'python' : 'peer' }
  }
  const times = (some: Readonly<Record<string, Speed>>, which: 'first' | 'again' | 'miss') =>
    Object.entries(some).flatMap(([id, speed]) => {
      const micros = speed[which]?.median
      if (micros === undefined) return []
      return [bar(id, micros, `${time(micros)}${speed.wrong > 0 ? ', WRONG' : ''}`)]
    })
  return {
    'hit.svg': barChart(
      'A hit in a new process: a record of 1 kB',
      `${sizes.record.count} entries once each, opening included, logarithmic.`,
      times(race.record, 'first'),
      'log',
    ),
    'again.svg': barChart(
      'A hit later on: a record of 1 kB',
      'The same calls again; some answer from memory. Logarithmic.',
      times(race.record, 'again'),
      'log',
    ),
    'miss.svg': barChart(
      'A miss that is stored: a record of 1 kB',
      'Closing included, logarithmic.',
      times(race.record, 'miss'),
      'log',
    ),
    'floats.svg': barChart(
      'A hit in a new process: a Float64Array of 1 MB',
      'WRONG: another value came back. Logarithmic.',
      times(race.floats, 'first'),
      'log',
    ),
    'cold.svg': barChart(
      'Cold start: from the first import to the first hit',
      'In a new process, logarithmic.',
      Object.entries(race.cold.peers).flatMap(([id, { importToHit }]) =>
        importToHit ? [bar(id, importToHit.median * 1_000, time(importToHit.median * 1_000))] : [],
      ),
      'log',
    ),
    'wrong.svg': barChart(
      'Wrong answers without an error',
      'Of 12 kinds of values, 12 pairs of arguments (where the peer makes the key), killed writers and flipped bits',
      Object.keys(race.values).map((id) => {
        const wrong = wrongAnswers(results, id)
        return bar(id, wrong, String(wrong))
      }),
      'linear',
    ),
  }
}

function wrongAnswers({ race }: Results, id: string): number {
  const of = (fates: Readonly<Record<string, string>> = {}) =>
    Object.values(fates).filter((fate) => fate === 'wrong' || fate === 'shared').length
  const harm = (race.killed[id]?.wrong ?? 0) + (race.flipped[id]?.wrong ?? 0)
  return of(race.values[id]) + of(race.pairs[id]) + harm
}
