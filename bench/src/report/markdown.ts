import type { Crowd } from '../race/crowd.ts'
import type { Harm } from '../race/damage.ts'
import type { Speed } from '../race/speed.ts'
import type { Results } from './results.ts'
import { digits, table, time } from './text.ts'

/** results/README.md: the results of a whole run in tables. */
export function markdown(results: Results): string {
  const { date, machine, minutes, sizes, race, missing } = results
  const title = (id: string) => {
    const { title, role } = results.peers[id]!
    return role === 'ours' ? `**${title}**` : role === 'limit' ? `_${title}_` : title
  }
  const section = (head: string, note: string, body: string) => `## ${head}\n\n${note}\n\n${body}\n`
  const speeds = (some: Readonly<Record<string, Speed>>) =>
    table(
      ['', 'miss', 'first hits', 'hits again', 'peak memory', 'answers'],
      Object.entries(some).map(([id, speed]) => [
        title(id),
        time(speed.miss?.median),
        time(speed.first?.median),
        time(speed.again?.median),
        speed.memory === undefined ? '–' : `${speed.memory.toFixed(0)} MB`,
        answers(speed),
      ]),
    )
  const crowd = (some: Readonly<Record<string, Crowd>>) =>
    table(
      ['', 'runs of the function', 'calls without the right answer'],
      Object.entries(some).map(([id, { runs, bad }]) => [title(id), String(runs), bad === 0 ? '0' : `**${bad}**`]),
    )
  const harm = (some: Readonly<Record<string, Harm>>, lost: boolean) =>
    table(
      ['', 'asked', 'right', 'wrong values', 'errors', 'no answer', ...(lost ? ['computed again'] : [])],
      Object.entries(some).map(([id, one]) => [
        title(id),
        String(one.asked),
        String(one.right),
        one.wrong === 0 ? '0' : `**${one.wrong}**`,
        String(one.errors),
        String(one.dead),
        ...(lost ? [String(one.lost)] : []),
      ]),
    )
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`)
  const lacking = Object.values(results.peers).flatMap(({ title, lacks = {} }) =>
    Object.entries(lacks).map(([work, reason]) => `- ${title}: without \`${work}\` (${reason})`),
  )
  return `# Side by side, ${date}

Written by \`pnpm bench\`, ${digits(minutes)} minutes: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system},
Node ${machine.node}, commit ${machine.commit}. Every figure comes from separate processes on separate folders, the
peers in turn, round after round; medians. How and why: [docs/performance.md](../../docs/performance.md).
**Bold** is ours, _italic_ is no cache, but the minimum that a cache must do. Python peers do the same work in Python.

${section(
  'A record of 1 kB',
  `${sizes.record.count} entries, ${sizes.record.rounds} rounds. "First hits": each entry once, in a new process, opening included. "Hits again": the same calls later on; peers with a tier in memory answer from there.`,
  speeds(race.record),
)}
${section('A record of 1 MB', `${sizes.megabyte.count} entries, ${sizes.megabyte.rounds} rounds.`, speeds(race.megabyte))}
${section('A Float64Array of 1 MB', `${sizes.floats.count} entries, ${sizes.floats.rounds} rounds.`, speeds(race.floats))}
${section(`${sizes.many.of} entries of 1 kB`, `${sizes.many.count} of them read, far apart, in a new process.`, speeds(race.many))}
${section(
  'Cold start',
  `From the first import to the first hit, in a new process; an empty script of Node takes ${race.cold.empty.median.toFixed(0)} ms from start to end.`,
  table(
    ['', 'import to first hit', 'whole process'],
    Object.entries(race.cold.peers).map(([id, cold]) => [
      title(id),
      cold.importToHit ? `${cold.importToHit.median.toFixed(1)} ms` : (cold.failure ?? '–'),
      cold.process ? `${cold.process.median.toFixed(0)} ms` : '–',
    ]),
  ),
)}
${section(`${sizes.calls} calls at once for one key, one process`, 'The function takes 50 ms.', crowd(race.together))}
${section(`${sizes.processes} processes at once for one key`, 'The function takes 300 ms.', crowd(race.processes))}
${section(
  'Kinds of values',
  'The result for the next process. "kept": an equal value. "again": the right value, computed again each time. "error": no value. "WRONG": another value than the function returned.',
  matrices(race.values, title),
)}
${section(
  'Pairs of arguments that must not share an entry',
  '"apart": each has its own result. "SHARED": one got the result of the other. Not asked if the caller writes the key.',
  matrices(race.pairs, title),
)}
${section(
  'Writers killed with `kill -9`',
  `${sizes.kills} writers of 1 MB records, killed at different moments; then a reader asks for all results. "Computed again": results that the writer had returned to its caller, but that were not found later.`,
  harm(race.killed, true),
)}
${section('A flipped bit', `An entry of 1 kB. In each of ${sizes.flips} copies, one bit on disk was flipped.`, harm(race.flipped, false))}
## What ran

${Object.values(results.peers)
  .map(({ title, setup }) => `- ${title}: \`${setup}\``)
  .join('\n')}

${lacking.join('\n')}
${[...results.gate.notes, ...missing].map((reason) => `- ${reason}\n`).join('')}
Versions: ${versions.join(', ')}.
`
}

function answers({ wrong, notKept, failure }: Speed): string {
  if (failure !== undefined) return `**failed**: ${failure}`
  const parts = [wrong > 0 ? `**${wrong} WRONG**` : 'right', notKept > 0 ? `${notKept} not kept` : '']
  return parts.filter((part) => part !== '').join(', ')
}

/** One table for each set of columns: Python has other kinds of values than JavaScript. */
function matrices(
  some: Readonly<Record<string, Readonly<Record<string, string>>>>,
  title: (id: string) => string,
): string {
  const groups = new Map<string, string[]>()
  for (const [id, fates] of Object.entries(some)) {
    const columns = Object.keys(fates).join('\n')
    groups.set(columns, [...(groups.get(columns) ?? []), id])
  }
  return [...groups]
    .map(([columns, ids]) =>
      table(
        ['', ...ids.map(title)],
        columns.split('\n').map((column) => [column, ...ids.map((id) => shown(some[id]![column]!))]),
      ),
    )
    .join('\n\n')
}

function shown(fate: string): string {
  return fate === 'wrong' || fate === 'shared' ? `**${fate.toUpperCase()}**` : fate
}
