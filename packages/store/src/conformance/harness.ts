import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { PersistError } from '@persist/errors'
import type { Bounds, Store, StoreAdapter, Supports } from '../contract.ts'
import { sleep } from './samples.ts'

/** What a suite's author hands in about the store. */
export interface Subject {
  /**
   * Makes an adapter for a place: the same place again for the same text, another and empty one for another text.
   * `place` is a short word of a-z, 0-9 and `-`, fit for a folder, a database or a key prefix.
   */
  readonly adapter: (place: string) => StoreAdapter | Promise<StoreAdapter>
  /** Called after each test, when its adapters are closed. Default: nothing. */
  readonly cleanup?: (place: string) => unknown
  /** An adapter of a store that cannot be reached. Default: its tests are skipped. */
  readonly unreachable?: () => StoreAdapter | Promise<StoreAdapter>
  /** Spoils a stored entry directly, for a store that notices. Default: its tests are skipped. */
  readonly damage?: (place: string, namespace: string, hash: string) => unknown
  /**
   * The store itself sees whether a lease's holder still runs, so that a silent holder in the living process of the
   * tests keeps its lease. Its loss is then yours to test, with a real kill. Default: `false`.
   */
  readonly seesProcesses?: boolean
  /** The longest payload in bytes that the store takes; longer ones it must refuse. Default: at least 20 MB. */
  readonly maxPayload?: number
  /** How long the tests wait for work that the store does in its own time, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number
}

/** One test's own store, in a place of its own. */
export interface Harness {
  readonly subject: Subject
  readonly place: string
  readonly adapter: StoreAdapter
  /** The namespace {@link NAMESPACE}, opened. */
  readonly store: Store
  /** What the store reported. */
  readonly problems: PersistError[]
  /** Adds to {@link problems}. */
  readonly report: (problem: PersistError) => void
  /** Another adapter of the same place. */
  again(): Promise<StoreAdapter>
  /** The same namespace through another adapter. */
  twin(): Promise<Store>
  /** Opens a namespace of this place. */
  open(namespace: string, bounds?: Bounds): Store
  /** Asks again and again until the answer is there; fails after `timeoutMs`. */
  eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T>
}

/** The need of a behavior: a declared capability, or something that the author hands in. */
export type Need =
  | keyof Supports
  | 'damage'
  | 'damageReadOnly'
  | 'unreachable'
  | 'maxPayload'
  | 'silence'
  | 'namespaces'
  | 'leaseId'
  | 'promised'
  | 'waitsFor'
  | 'tagFence'
  | 'exists'
  | 'getAsync'

/** One behavior of the contract. */
export interface Behavior {
  readonly needs?: Need
  readonly check: (harness: Harness) => Promise<void>
}

/** Behaviors by the sentence that stays true. */
export type Behaviors = Readonly<Record<string, Behavior | Behavior['check']>>

/** The namespace of {@link Harness.store}. */
export const NAMESPACE = 'conformance'

/** A behavior that only some stores have. */
export function needs(need: Need, check: Behavior['check']): Behavior {
  return { needs: need, check }
}

/** Why this store does not have to show a behavior; `undefined`: it has to. */
export async function excuse(
  need: Need | undefined,
  { adapter, subject, store, open }: Harness,
): Promise<string | undefined> {
  switch (need) {
    case undefined:
      return undefined
    case 'damage':
    case 'unreachable':
    case 'maxPayload':
      return subject[need] ? undefined : `no \`${need}\` was handed in`
    case 'damageReadOnly':
      if (!adapter.supports.readOnly) return '`supports.readOnly` is false'
      return subject.damage ? undefined : 'no `damage` was handed in'
    case 'exists':
    case 'namespaces':
      return adapter[need] ? undefined : `it has no \`${need}\``
    case 'silence':
      if (!adapter.supports.lease) return '`supports.lease` is false'
      return subject.seesProcesses ? 'the store sees that the process lives' : undefined
    case 'getAsync':
    case 'tagFence':
      return store[need] ? undefined : `it has no \`${need}\``
    case 'leaseId':
    case 'promised':
    case 'waitsFor': {
      if (!adapter.supports.lease) return '`supports.lease` is false'
      const lease = await open('conformance-look').lease!('look', 60_000)
      const part = need === 'leaseId' ? 'id' : need
      await lease?.release()
      return lease?.[part] !== undefined ? undefined : `its leases have no \`${part}\``
    }
    default:
      return adapter.supports[need] ? undefined : `\`supports.${need}\` is false`
  }
}

/** Runs one test in a new place, and closes and cleans up whatever happens. */
export async function withHarness(subject: Subject, test: (harness: Harness) => Promise<void>): Promise<void> {
  const place = `conformance-${randomBytes(6).toString('hex')}`
  const made: StoreAdapter[] = []
  const again = async () => {
    const adapter = await subject.adapter(place)
    made.push(adapter)
    return adapter
  }
  try {
    const adapter = await again()
    const problems: PersistError[] = []
    const report = (problem: PersistError) => void problems.push(problem)
    const options = { report }
    const open = (namespace: string, bounds?: Bounds) =>
      adapter.open(namespace, { ...options, ...(bounds && { bounds }) })
    const twin = async () => (await again()).open(NAMESPACE, options)
    const eventually = eventuallyWithin(subject.timeoutMs ?? 30_000)
    await test({ subject, place, adapter, store: open(NAMESPACE), problems, report, again, twin, open, eventually })
  } finally {
    for (const adapter of made) await adapter.close()
    await subject.cleanup?.(place)
  }
}

function eventuallyWithin(timeoutMs: number): Harness['eventually'] {
  return async (what, ask) => {
    const end = performance.now() + timeoutMs
    for (;;) {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      assert.ok(performance.now() < end, `still not after ${timeoutMs / 1000} s: ${what}`)
      await sleep(20)
    }
  }
}
