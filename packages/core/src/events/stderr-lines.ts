import type { Because } from '../types/because.ts'
import type { PersistEvent, PersistEventName } from '../types/events.ts'
import type { Verbosity } from '../types/options.ts'

/** The lowest verbosity at which an event is printed. */
export const LEVELS: Readonly<Record<PersistEventName, Verbosity>> = {
  problem: 1,
  circuit: 1,
  source: 1,
  mismatch: 1,
  audit: 1,
  write: 2,
  skip: 2,
  delete: 2,
  clear: 2,
  evict: 2,
  hit: 3,
  miss: 3,
  stale: 3,
  wait: 3,
  compute: 3,
}

/** The line on stderr for an event; at verbosity 4 with all its facts. */
export function line(event: PersistEvent, verbosity: Verbosity): string {
  const { name, namespace, hash, ...facts } = { hash: undefined, ...event }
  const entry = hash === undefined ? namespace : `${namespace}/${hash}`
  const detail = verbosity >= 4 ? ` ${allFacts(facts)}` : brief(event)
  return `persist: ${name} ${entry.replaceAll('\n', '\\n')}${detail}\n`
}

function brief(event: PersistEvent): string {
  switch (event.name) {
    case 'problem':
      return `: ${event.operation}${times(event.count)}: ${event.error.message}`
    case 'circuit':
      return `: ${event.store} is ${event.state === 'open' ? 'unreachable, calls continue without it' : 'reachable again'}`
    case 'source':
    case 'audit':
      return `: ${event.message}`
    case 'mismatch':
      return `: the stored result differs from a new one at ${event.path}${event.error === undefined ? '' : `: ${event.error.message}`}`
    case 'clear':
    case 'evict':
      return ` (${event.entries} entries)`
    case 'miss':
      return ` (${event.reason}${becauseOf(event.because)})`
    case 'skip':
    case 'stale':
      return ` (${event.reason})`
    default:
      return ''
  }
}

function becauseOf({ changed, nearest }: Because = {}): string {
  if (changed !== undefined) return `: ${changed.join(', ')}`
  return nearest === undefined ? '' : `; nearest is ${nearest.hash}, which differs in ${nearest.differs.join(', ')}`
}

/** The number of problems that a line stands for, if it is more than one. */
export function times(count: number): string {
  return count > 1 ? ` (${count} times since the last report)` : ''
}

function allFacts(facts: object): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${factOf(value)}`)
    .join(' ')
}

function factOf(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
