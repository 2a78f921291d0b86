import type { Store } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { start } from './support/child.ts'
import { newFolder } from './support/folder.ts'

const KILLS = process.env.PERSIST_SOAK ? 1000 : 100
const AT_ONCE = 4
const KEYS = 8
const BYTES = 100_000

test(
  `after ${KILLS} kills of writers every value that was said to be stored is there, whole, and no key hangs`,
  async () => {
    const dir = newFolder()
    const problems: string[] = []
    const store = diskStore(dir).open('f', { report: (problem) => void problems.push(problem.message) })
    let checked = 0
    for (let kill = 0; kill < KILLS; kill += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, index) => `name${index}`)
      const acknowledged = await Promise.all(names.map((name) => killed(dir, name)))
      for (const [index, name] of names.entries()) checked += check(store, name, acknowledged[index]!)
    }
    expect(problems).toEqual([])
    expect(checked).toBeGreaterThan(KILLS)
  },
  KILLS * 3000,
)

/** A writer that is killed: what it said is stored. */
async function killed(dir: string, name: string): Promise<ReadonlyMap<string, number>> {
  const writer = start('writer', dir, KEYS, BYTES, name)
  await writer.line(name)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
  writer.process.kill('SIGKILL')
  await writer.ended
  return new Map(writer.lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]))
}

function check(store: Store<'sync'>, name: string, acknowledged: ReadonlyMap<string, number>): number {
  let checked = 0
  for (let key = 0; key < KEYS; key++) {
    const hash = `${name}-${key}`
    const entry = store.get(hash)
    const said = acknowledged.get(hash)
    if (entry === undefined) {
      expect(said, `${hash} is lost`).toBeUndefined()
      continue
    }
    const number = entry.createdAt
    expect(entry.payload === `${hash} ${number} `.padEnd(BYTES, String(number % 10)), `${hash} is torn`).toBe(true)
    // The one that was being stored at the kill may have arrived, and its word not.
    if (said !== undefined) expect([said, said + KEYS]).toContain(number)
    const lease = store.lease!(hash, 60_000)
    expect(lease, `${hash} hangs`).toBeDefined()
    lease!.release()
    checked++
  }
  return checked
}
