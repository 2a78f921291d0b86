import { type Channel, channel } from 'node:diagnostics_channel'
import type { Verbosity } from '../plan/options.ts'
import type { PersistEvent, PersistEventName } from './events.ts'
import { LEVELS, line } from './verbosity.ts'

type EventOf<Name extends PersistEventName> = Extract<PersistEvent, { name: Name }>
/** An event without what the reporter adds. */
export type Facts<Name extends PersistEventName> = Omit<EventOf<Name>, 'name' | 'namespace'>

const channels = Object.fromEntries(
  (Object.keys(LEVELS) as PersistEventName[]).map((name) => [name, channel(`persist:${name}`)]),
) as Record<PersistEventName, Channel>

/** Tells the events of one persisted function to whoever listens. Costs next to nothing while nobody does. */
export class Reporter {
  readonly #namespace: string
  readonly #verbosity: Verbosity
  readonly #report: ((event: PersistEvent) => void) | undefined
  readonly #stderr: (text: string) => void

  constructor(
    namespace: string,
    listeners: {
      verbosity: Verbosity
      report: ((event: PersistEvent) => void) | undefined
      stderr: (text: string) => void
    },
  ) {
    this.#namespace = namespace
    this.#verbosity = listeners.verbosity
    this.#report = listeners.report
    this.#stderr = listeners.stderr
  }

  /** Whether anybody listens: ask before making facts that cost something. */
  hears(name: PersistEventName): boolean {
    return this.#report !== undefined || this.#verbosity >= LEVELS[name] || channels[name].hasSubscribers
  }

  tell<Name extends PersistEventName>(name: Name, facts: Facts<Name>): void {
    if (!this.hears(name)) return
    const event = { name, namespace: this.#namespace, ...facts } as unknown as EventOf<Name>
    if (this.#verbosity >= LEVELS[name]) this.#stderr(line(event, this.#verbosity))
    channels[name].publish(event)
    this.#tellUser(event)
  }

  /** A listener that throws must not cost the caller a result. */
  #tellUser(event: PersistEvent): void {
    try {
      this.#report?.(event)
    } catch (error) {
      this.#stderr(`persist: the report option threw: ${String(error)}\n`)
    }
  }
}
