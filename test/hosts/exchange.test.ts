import { expect, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { newFolder } from './new-folder.ts'
import { child, outputOf } from './run.ts'
import { bun, deno, RUNTIMES, type Runtime, thisNode, titleOf } from './runtimes.ts'

test.each(['file', 'lmdb'])(
  'results of each runtime, errors and URLs too, are hits in every other, on %s',
  async (scheme) => {
    const caches = RUNTIMES.map(() => `${scheme}://${newFolder()}`)
    const call = async ({ command }: Runtime, ...args: string[]) =>
      JSON.parse(await outputOf(command, child('exchange'), args))
    const nothing = { faults: [], events: [] }
    for (const [index, writer] of RUNTIMES.entries())
      expect(await call(writer, 'write', caches[index]!), titleOf(writer)).toEqual(nothing)
    for (const reader of RUNTIMES) {
      expect(await call(reader, 'read', ...caches), titleOf(reader)).toEqual(nothing)
      recordRow({
        host: titleOf(reader),
        version: reader.version,
        ran: `results written by all runtimes, on ${scheme}`,
        result: 'passed',
      })
    }
  },
)

test('a function without funcname has its own results in Bun, which the report says; Node and Deno share theirs', async () => {
  const cache = `file://${newFolder()}`
  const call = ({ command }: Runtime) => outputOf(command, child('unnamed'), [cache])
  expect(await call(thisNode)).toBe('computed\n')
  expect(await call(deno)).toBe('served\n')
  expect(await call(bun)).toMatch(/^computed.*funcname to share results with Bun\n$/)
  expect(await call(bun)).toBe('served\n')
  const why = 'Bun prints the source of a function in a form of its own'
  recordRow({ host: 'Bun', version: bun.version, ran: 'results of Node without funcname', result: 'declared', why })
})
