import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeStores, type PersistEvent, persist } from '@persist/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Child, start } from './child.ts'

const SOAK = process.env.PERSIST_SOAK !== undefined
const PROCESSES = SOAK ? 64 : 12
const AT_ONCE = 4

describe.each([
  ['a folder', 'file', 40],
  // More than LMDB has slots for readers: the slots of dead processes have to be found and reused.
  ['LMDB', 'lmdb', 132],
])('processes that share %s', (_, scheme, fewKills) => {
  const kills = SOAK ? 1_000 : fewKills
  let folder: string
  let cache: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-processes-'))
    cache = `${scheme}://${folder}`
  })
  afterEach(async () => {
    await closeStores()
    rmSync(folder, { recursive: true })
  })

  test(`${PROCESSES} processes with one call at once compute it once, and end by themselves`, async () => {
    const children = Array.from({ length: PROCESSES }, () => start('call', cache, 300, 1))
    await Promise.all(children.map((child) => child.line('ready')))
    for (const child of children) go(child)
    const values = await Promise.all(children.map((child) => child.line('value')))
    expect(children.filter((child) => child.lines.includes('computing'))).toHaveLength(1)
    expect(new Set(values).size).toBe(1)
    expect(await Promise.all(children.map((child) => child.ended))).toEqual(children.map(() => 0))
  })

  test('when the process that computes is killed, one waiting process computes, and all get its value', async () => {
    const holder = start('call', cache, 600_000, 1)
    await holder.line('ready')
    go(holder)
    await holder.line('computing')
    const waiters = [start('call', cache, 1, 1), start('call', cache, 1, 1), start('call', cache, 1, 1)]
    await Promise.all(waiters.map((waiter) => waiter.line('ready')))
    for (const waiter of waiters) go(waiter)
    holder.process.kill('SIGKILL')
    // The lease would hold for 30 s, and for 20 times as long while its holder lives.
    const values = await Promise.all(waiters.map((waiter) => waiter.line('value')))
    expect(new Set(values).size).toBe(1)
    expect(waiters.filter((waiter) => waiter.lines.includes('computing'))).toHaveLength(1)
  })

  test(
    `after ${kills} kills of writers every result that was reported as stored is there, complete, and no key hangs`,
    async () => {
      const problems: PersistEvent[] = []
      let checked = 0
      for (let kill = 0; kill < kills; kill += AT_ONCE) {
        const names = Array.from({ length: AT_ONCE }, (_, index) => `square-${kill + index}`)
        const stored = await Promise.all(names.map(killed))
        for (const [index, name] of names.entries()) checked += check(name, stored[index]!)
      }
      expect(problems).toEqual([])
      expect(checked).toBeGreaterThan(kills)

      function check(name: string, stored: readonly number[]): number {
        const report = (event: PersistEvent) => {
          if (event.name === 'problem') problems.push(event)
        }
        const square = persist((number: number) => `again ${number}`, { funcname: name, cache, report })
        for (const number of stored) {
          expect(square.peek(number), `${name} of ${number}`).toBe(
            `${number} `.padEnd(2_000, `${(number * number) % 10}`),
          )
        }
        const next = stored.length
        // The result that was being stored at the kill may be there, without a report. Computing it must not wait.
        expect([written(next), `again ${next}`]).toContain(square(next))
        expect(square(next + 1)).toBe(`again ${next + 1}`)
        return stored.length
      }
    },
    kills * 3_000,
  )

  /** Starts a writer, kills it in the middle, and returns the numbers that it reported as stored. */
  async function killed(name: string): Promise<number[]> {
    const writer = start('write', cache, name)
    await writer.line('0')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
    writer.process.kill('SIGKILL')
    await writer.ended
    return writer.lines.map(Number)
  }
})

const go = (child: Child) => child.process.stdin!.write('go\n')

/** The result that `write.mjs` stores. */
const written = (number: number) => `${number} `.padEnd(2_000, `${(number * number) % 10}`)
