import { persist } from '@persist/core'
import { describe, expect, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { startWith } from '../support/started.ts'
import { newFolder } from './new-folder.ts'
import { child, outputOf } from './run.ts'
import { bun, deno, node26, titleOf } from './runtimes.ts'

const DAMAGES = 300
const KILLS = process.env.PERSIST_SOAK === undefined ? 8 : 200
const AT_ONCE = 4
const COMMAND = new URL('../../packages/cli/bin/persist.js', import.meta.url)
const WRITER = new URL('../stores/children/write.mjs', import.meta.url)

describe.each([bun, deno, node26].map((runtime) => [titleOf(runtime), runtime] as const))(
  'in %s',
  (host, { command, version }) => {
    const passed = (ran: string) => recordRow({ host, version, ran, result: 'passed' })

    test('a persisted function keeps its promises', async () => {
      const { faults, checked } = JSON.parse(await outputOf(command, child('behaviors'), [newFolder()]))
      expect(faults).toEqual([])
      expect(checked).toBeGreaterThan(10)
      passed('behaviors of persisted functions')
    })

    test.each(['production', 'development', 'test'])(
      'functions that a factory makes do not share a name, also if NODE_ENV is %s',
      async (NODE_ENV) => {
        const shared = ['users1', 'ERR_PERSIST_DUPLICATE_NAMESPACE']
        const output = await outputOf(command, child('factories'), [], { env: { NODE_ENV } })
        expect(JSON.parse(output)).toEqual([shared, shared])
      },
    )

    test('no damaged entry is served', async () => {
      const { wrong, runs } = JSON.parse(await outputOf(command, child('damage'), [newFolder(), String(DAMAGES)]))
      expect(wrong).toBe(0)
      expect(runs).toBeGreaterThan(DAMAGES * 0.9)
      passed('damaged entries')
    })

    test('the command lists and checks a folder', async () => {
      const folder = newFolder()
      persist((x: number) => x, { funcname: 'listed', cache: `file://${folder}` })(1)
      expect(await outputOf(command, COMMAND, ['ls', '--cache', folder])).toMatch(/^listed +1 /m)
      expect(await outputOf(command, COMMAND, ['verify', '--cache', folder])).toBe('1 entry sound, 0 not\n')
      passed('the command')
    })

    test.each(['file', 'lmdb'])(
      'what a killed writer reported as stored is there, and no key hangs, on %s',
      async (scheme) => {
        const cache = `${scheme}://${newFolder()}`
        let checked = 0
        for (let kill = 0; kill < KILLS; kill += AT_ONCE) {
          const names = Array.from({ length: AT_ONCE }, (_, index) => `square-${kill + index}`)
          const stored = await Promise.all(names.map((name) => killed(cache, name)))
          for (const [index, name] of names.entries()) {
            const square = persist((number: number) => `again ${number}`, { funcname: name, cache, verbosity: 0 })
            for (const number of stored[index]!)
              expect(square.peek(number), `${name} of ${number}`).toBe(written(number))
            const next = stored[index]!.length
            expect([written(next), `again ${next}`]).toContain(square(next))
            checked += next
          }
        }
        expect(checked).toBeGreaterThanOrEqual(KILLS)
        passed(`${KILLS} killed writers, on ${scheme}`)
      },
    )

    /** Starts a writer, kills it in the middle, and returns the numbers that it reported as stored. */
    async function killed(cache: string, name: string): Promise<number[]> {
      const writer = startWith(command, WRITER, cache, name)
      await writer.line('0')
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
      writer.process.kill('SIGKILL')
      await writer.ended
      return writer.lines.map(Number)
    }
  },
)

/** The result that `write.mjs` stores. */
function written(number: number): string {
  return `${number} `.padEnd(2_000, `${(number * number) % 10}`)
}
