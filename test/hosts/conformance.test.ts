import { describe, expect, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { newFolder } from './new-folder.ts'
import { child, outputOf } from './run.ts'
import { bun, deno, node26, titleOf } from './runtimes.ts'

/** How many of the suite's behaviors each store has to show; the others it declares. */
const LEAST = { disk: 110, lmdb: 110 }

const SUBJECTS = process.env.PERSIST_SOAK === undefined ? [bun, deno] : [bun, deno, node26]

// They mostly wait, so all of them do it at once.
describe.concurrent.each(SUBJECTS.map((runtime) => [titleOf(runtime), runtime] as const))('%s', (host, runtime) => {
  test.concurrent.each(Object.entries(LEAST))(
    'shows every behavior that the contract demands of %s',
    async (store, least) => {
      const output = await outputOf(runtime.command, child('conformance'), [store, newFolder()])
      const { passed, failed } = JSON.parse(output)
      expect(failed).toEqual([])
      expect(passed).toBeGreaterThan(least)
      recordRow({ host, version: runtime.version, ran: `the suite for stores, on ${store}`, result: 'passed' })
    },
  )
})
