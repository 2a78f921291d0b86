/**
 * A suite of tests that proves a store.
 *
 * @module @persist/store/conformance
 */

import { atomic } from './atomic.ts'
import { basic } from './basic.ts'
import { close } from './close.ts'
import { declared } from './declared.ts'
import { expiry } from './expiry.ts'
import { fencing } from './fencing.ts'
import { type Behavior, type Behaviors, excuse, type Subject, withHarness } from './harness.ts'
import { holders } from './holders.ts'
import { hostile } from './hostile.ts'
import { iterate } from './iterate.ts'
import { large } from './large.ts'
import { lease } from './lease.ts'
import { readOnly } from './read-only.ts'
import { tagFence } from './tag-fence.ts'
import { trouble } from './trouble.ts'
import { waits } from './waits.ts'

export { delayed } from './delayed.ts'
export type { Subject } from './harness.ts'

/** What a test runner offers: vitest, jest, `node:test`, and whatever else has these. */
export interface Runner {
  /** Groups tests. */
  readonly describe: (name: string, define: () => void) => unknown
  /** Defines a test; `timeout` in milliseconds. */
  readonly test: (name: string, run: (...context: unknown[]) => Promise<void>, timeout?: number) => unknown
}

/** What {@link conformance} takes. */
export interface ConformanceOptions extends Subject {
  readonly runner: Runner
  /** Where the skipped behaviors are named. Default: `console.log`. */
  readonly log?: (line: string) => void
}

/** Milliseconds that a runner gives one test: 20 MB over a slow line take their time. */
const TEST_TIMEOUT = 120_000

const TOPICS: Readonly<Record<string, Behaviors>> = {
  declared,
  basic,
  atomic,
  iterate,
  expiry,
  lease,
  fencing,
  holders,
  waits,
  tagFence,
  hostile,
  large,
  trouble,
  readOnly,
  close,
}

/**
 * Defines a test for every behavior that the contract demands of a store. What the adapter does not declare in
 * `supports` is skipped, and named.
 *
 * @example
 * ```ts
 * import { conformance } from '@persist/store/conformance'
 * import { describe, test } from 'vitest'   // or from 'node:test', or jest's globals
 *
 * conformance({ runner: { describe, test }, adapter: (place) => myStore(`/tmp/${place}`) })
 * ```
 */
export function conformance({ runner, log = console.log, ...subject }: ConformanceOptions): void {
  runner.describe('conformance', () => {
    for (const [topic, behaviors] of Object.entries(TOPICS)) {
      runner.describe(topic, () => {
        for (const [sentence, behavior] of Object.entries(behaviors)) {
          const run = runOf(sentence, behavior, subject, log)
          runner.test(sentence, run, TEST_TIMEOUT)
        }
      })
    }
  })
}

/** Without a parameter by its `length`: jest would wait for a call of it. */
function runOf(
  sentence: string,
  behavior: Behavior | Behavior['check'],
  subject: Subject,
  log: (line: string) => void,
): (...context: unknown[]) => Promise<void> {
  const { needs, check } = typeof behavior === 'function' ? { needs: undefined, check: behavior } : behavior
  return async (...context) => {
    let skipped: string | undefined
    await withHarness(subject, async (harness) => {
      skipped = await excuse(needs, harness)
      if (skipped === undefined) await check(harness)
      else log(`conformance of ${harness.adapter.name}: skipped "${sentence}", since ${skipped}`)
    })
    // Last, since vitest leaves a test by throwing.
    if (skipped !== undefined) (context[0] as { skip?: (reason: string) => void } | undefined)?.skip?.(skipped)
  }
}
