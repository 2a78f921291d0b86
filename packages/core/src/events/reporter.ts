import { PersistError } from '@persist/errors'
import { channel, type EventChannel } from '@persist/platform'
import { printable } from '../runtime/printable.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { PersistEvent, PersistEventName } from '../types/events.ts'
import type { Verbosity } from '../types/options.ts'
import { RateLimit } from './rate-limit.ts'
import { LEVELS, line, times } from './stderr-lines.ts'

type EventOf<Name extends PersistEventName> = Extract<PersistEvent, { name: Name }>
/** An event without the fields that the reporter adds. */
export type Facts<Name extends PersistEventName> = Omit<EventOf<Name>, 'name' | 'namespace'>

const channels = Object.fromEntries<EventChannel>(
  (Object.keys(LEVELS) as PersistEventName[]).map((name) => [name, channel(`persist:${name}`)]),
) as Record<PersistEventName, EventChannel>

/** Reports the events of one persisted function to its listeners. Costs almost nothing without listeners. */
export class Reporter {
  readonly #namespace: string
  readonly #verbosity: Verbosity
  readonly #report: ((event: PersistEvent) => void) | undefined
  readonly #stderr: (text: string) => void
  readonly #limit: RateLimit

  constructor(
    namespace: string,
    listeners: {
      verbosity: Verbosity
      report: ((event: PersistEvent) => void) | undefined
      stderr: (text: string) => void
      monotonic: () => number
    },
  ) {
    this.#namespace = namespace
    this.#verbosity = listeners.verbosity
    this.#report = listeners.report
    this.#stderr = (text) => {
      // A failing stderr must not lose the caller's result.
      try {
        listeners.stderr(printable(text))
      } catch {}
    }
    this.#limit = new RateLimit(listeners.monotonic)
  }

  get verbosity(): Verbosity {
    return this.#verbosity
  }

  /** Whether the event has a listener. To be checked before computing costly facts. */
  hasListener(name: PersistEventName): boolean {
    return this.#report !== undefined || this.#verbosity >= LEVELS[name] || channels[name].hasSubscribers
  }

  report<Name extends PersistEventName>(name: Name, facts: Facts<Name>): void {
    if (!this.hasListener(name)) return
    const event = { name, namespace: this.#namespace, ...facts } as unknown as EventOf<Name>
    if (this.#verbosity >= LEVELS[name]) this.#stderr(line(event, this.#verbosity))
    channels[name].publish(event)
    this.#callListener(event)
  }

  /** Reports a problem, within the {@link RateLimit} of its kind. */
  reportProblem(facts: Omit<Facts<'problem'>, 'count'>): void {
    if (!this.hasListener('problem')) return
    const count = this.#limit.count(kindOf(facts))
    if (count > 0) this.report('problem', { ...facts, count })
  }

  /** Calls the listener. A failing listener must not lose the caller's result. */
  #callListener(event: PersistEvent): void {
    try {
      const reply: unknown = this.#report?.(event)
      if (isThenable(reply)) reply.then(undefined, (error) => this.#listenerFailed(error))
    } catch (error) {
      this.#listenerFailed(error)
    }
  }

  #listenerFailed(error: unknown): void {
    const count = this.#limit.count('report')
    if (count > 0) this.#stderr(`persist: the option report failed${times(count)}: ${String(error)}\n`)
  }
}

/** What the system refuses to this program, as on a disk that may only be read. Deno's `NotCapable` is a name. */
const REFUSED = /^(?:EROFS|EACCES|EPERM|NotCapable)$/

/**
 * The kind of a problem. Problems of one operation, error and path are equal, for any entry. So are all that the system
 * refuses: where a lease cannot be written, the result cannot either.
 */
function kindOf({ operation, error }: Omit<Facts<'problem'>, 'count'>): string {
  const { code, path } = error as { code?: unknown; path?: unknown }
  const refused = (error.cause ?? {}) as NodeJS.ErrnoException
  if (REFUSED.test(refused.code ?? refused.name)) return 'refused'
  const cause = error instanceof PersistError ? String(code) : error.message.slice(0, 200)
  return `${operation} ${error.name} ${cause} ${typeof path === 'string' ? path.replace(/\d+/g, '#') : ''}`
}
