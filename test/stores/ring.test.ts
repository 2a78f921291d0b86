import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { start } from './child.ts'

test.each(['file', 'lmdb'])(
  'two processes over %s:// that wait for each other both end, after waitTimeout',
  async (scheme) => {
    const folder = mkdtempSync(join(tmpdir(), 'persist-ring-'))
    const cache = `${scheme}://${folder}`
    const children = [start('ring', cache, 'a', 'b'), start('ring', cache, 'b', 'a')]
    await Promise.all(children.map((child) => child.line('computing')))
    for (const child of children) child.process.stdin!.write('go\n')
    const values = await Promise.all(children.map((child) => child.line('value')))
    expect(values[0]).toMatch(/^value a\(b/)
    expect(values[1]).toMatch(/^value b\(a/)
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0])
    rmSync(folder, { recursive: true })
  },
)
