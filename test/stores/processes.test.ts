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
  // More than it has places for readers: those of the dead have to be found and given away again.
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

  test(`${PROCESSES} processes that want one result at once compute it once, and end by themselves`, async () => {
    const children = Array.from({ length: PROCESSES }, () => start('call', cache, 300, 1))
    await Promise.all(children.map((child) => child.line('ready')))
    for (const child of children) go(child)
    const values = await Promise.all(children.map((child) => child.line('value')))
    expect(children.filter((child) => child.lines.includes('computing'))).toHaveLength(1)
    expect(new Set(values).size).toBe(1)
    expect(await Promise.all(children.map((child) => child.ended))).toEqual(children.map(() => 0))
  })

  test('when the process that computes is killed, one of those that wait computes, and all get its value', async () => {
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
    `after ${kills} kills of writers every result that was said to be stored is there, whole, and no key hangs`,
    async () => {
      const problems: PersistEvent[] = []
      let checked = 0
      for (let kill = 0; kill < kills; kill += AT_ONCE) {
        const names = Array.from({ length: AT_ONCE }, (_, index) => `square-${kill + index}`)
        const told = await Promise.all(names.map(killed))
        for (const [index, name] of names.entries()) checked += check(name, told[index]!)
      }
      expect(problems).toEqual([])
      expect(checked).toBeGreaterThan(kills)

      function check(name: string, told: readonly number[]): number {
        const report = (event: PersistEvent) => {
          if (event.name === 'problem') problems.push(event)
        }
        const square = persist((number: number) => `anew ${number}`, { funcname: name, cache, report })
        for (const number of told) {
          expect(square.peek(number), `${name} of ${number}`).toBe(
            `${number} `.padEnd(2_000, `${(number * number) % 10}`),
          )
        }
        const next = told.length
        // The one that was being stored at the kill may have arrived, and its word not; computing it must not wait.
        expect([written(next), `anew ${next}`]).toContain(square(next))
        expect(square(next + 1)).toBe(`anew ${next + 1}`)
        return told.length
      }
    },
    kills * 3_000,
  )

  /** Starts a writer, kills it in the middle, and tells what it said is stored. */
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

/** What `write.mjs` keeps. */
const written = (number: number) => `${number} `.padEnd(2_000, `${(number * number) % 10}`)
