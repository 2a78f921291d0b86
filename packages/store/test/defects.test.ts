import { conformance, type Subject } from '@persist/store/conformance'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../core/src/stores/memory-store.ts'
import { adapters } from './defects/adapters.ts'
import { entries } from './defects/entries.ts'
import { fences } from './defects/fences.ts'
import { holders } from './defects/holders.ts'
import { keeping } from './defects/keeping.ts'
import { leases } from './defects/leases.ts'
import { listings } from './defects/listings.ts'
import { methods } from './defects/methods.ts'
import { names } from './defects/names.ts'
import { readers } from './defects/read-only.ts'
import { tagFences } from './defects/tag-fences.ts'
import { trouble } from './defects/trouble.ts'
import { waits } from './defects/waits.ts'

type Run = () => Promise<void>

/** The tests that the suite defines for a store, by their sentences. */
function testsOf(subject: Subject): Map<string, Run> {
  const tests = new Map<string, Run>()
  const runner = {
    describe: (_: string, define: () => void) => define(),
    test: (sentence: string, run: Run) => void tests.set(sentence, run),
  }
  conformance({ ...subject, runner, log: () => {} })
  return tests
}

const DEFECTS = Object.entries({
  ...entries,
  ...methods,
  ...listings,
  ...leases,
  ...fences,
  ...holders,
  ...waits,
  ...tagFences,
  ...keeping,
  ...names,
  ...adapters,
  ...trouble,
  ...readers,
})

describe('a store with a planted defect fails the test that names it', () => {
  test.each(DEFECTS)('%s', async (_, { caughtBy, ...subject }) => {
    const run = testsOf(subject).get(caughtBy)
    expect(run, `the suite has no test "${caughtBy}"`).toBeDefined()
    await expect(run!()).rejects.toThrow()
  })
})

test('every behavior of the suite catches at least one defect', () => {
  const caught = new Set(DEFECTS.map(([, { caughtBy }]) => caughtBy))
  const sentences = [...testsOf({ adapter: (place) => memoryStore(place) }).keys()]
  expect(sentences.filter((sentence) => !caught.has(sentence))).toEqual([])
})
