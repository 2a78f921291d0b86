import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { start } from './child.ts'

test.each(['file', 'lmdb'])('processes with one list over %s share the work', async (scheme) => {
  const folder = mkdtempSync(join(tmpdir(), 'persist-many-'))
  const children = [1, 2, 3].map(() => start('many', `${scheme}://${folder}`, 60, 50))
  await Promise.all(children.map((child) => child.line('ready')))
  for (const child of children) child.process.stdin!.write('go\n')
  const sums = await Promise.all(children.map((child) => child.line('sum')))
  const runs = children.map(({ lines }) => lines.filter((line) => line.startsWith('run ')))
  expect(sums).toEqual(['sum 70210', 'sum 70210', 'sum 70210'])
  for (const child of children) expect(await child.line('most')).toMatch(/most [12]$/)
  // Each call ran once, and no process only followed another one.
  expect(runs.flat().sort()).toEqual(Array.from({ length: 60 }, (_, x) => `run ${x}`).sort())
  for (const own of runs) expect(own.length).toBeGreaterThan(0)
  expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0, 0])
  rmSync(folder, { recursive: true })
})
