import { describe, expect, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { child, outputOf } from './run.ts'
import { bun, deno, node26, RUNTIMES, type Runtime, thisNode, titleOf } from './runtimes.ts'

const REFUSED = 'ERR_PERSIST_UNPICKLE: the payload was written by another JavaScript engine'

test.each([node26, bun, deno].map((runtime) => [titleOf(runtime), runtime] as const))(
  '%s restores every value, from a string and from bytes, and makes the payloads and keys of the golden files',
  async (host, { command, version }) => {
    const { checked, faults } = JSON.parse(await outputOf(command, child('values')))
    expect(faults).toEqual([])
    expect(checked).toBeGreaterThan(240)
    recordRow({ host, version, ran: 'values and keys', result: 'passed' })
  },
)

describe('bytes of the binary pickle', () => {
  const write = ({ command }: Runtime) => outputOf(command, child('bytes'), ['write'])
  const read = async ({ command }: Runtime, input: string): Promise<string[]> =>
    Object.values(JSON.parse(await outputOf(command, child('bytes'), ['read'], { input })))

  /** The oldest V8 comes first; Deno's is the newest. */
  const byV8 = RUNTIMES.filter((runtime) => runtime !== bun).sort((a, b) => ageOf(a) - ageOf(b))

  test.each(byV8.map((runtime) => [titleOf(runtime), runtime] as const))(
    'that %s wrote are read by every V8, or refused by an older one',
    async (_name, writer) => {
      const bytes = await write(writer)
      for (const reader of byV8) {
        for (const outcome of await read(reader, bytes)) {
          if (byV8.indexOf(reader) >= byV8.indexOf(writer)) expect(outcome, titleOf(reader)).toBe('equal')
          else expect(outcome, titleOf(reader)).toMatch(/^equal$|^ERR_PERSIST_UNPICKLE/)
        }
      }
    },
  )

  test('that Bun wrote are read by Bun', async () => {
    expect(new Set(await read(bun, await write(bun)))).toEqual(new Set(['equal']))
  })

  test('of one engine are refused by the other, which names the reason', async () => {
    const ofBun = await write(bun)
    for (const reader of byV8) expect(new Set(await read(reader, ofBun))).toEqual(new Set([REFUSED]))
    expect(new Set(await read(bun, await write(thisNode)))).toEqual(new Set([REFUSED]))
    const why = 'JavaScriptCore and V8 write different bytes'
    recordRow({ host: 'Bun', version: bun.version, ran: 'the v8 pickle of Node or Deno', result: 'declared', why })
  })
})

function ageOf({ name, version }: Runtime): number {
  return name === 'Node' ? Number.parseInt(version, 10) : Number.POSITIVE_INFINITY
}
