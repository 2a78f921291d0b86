import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { firstLine, lastLine, lineOf, readLine } from '../src/transfer/lines.ts'
import { json, newFolder } from './support/command.ts'

const GOLDEN = fileURLToPath(new URL('./golden/export-1.ndjson', import.meta.url))

test('a file of format 1 is read forever', async () => {
  const cwd = newFolder()
  expect(await json(['import', GOLDEN, '-c', cwd])).toMatchObject({ copied: 4, bad: 0, truncated: false })
  const cache = diskStore(cwd)
  expect(cache.open('power').get('2_to_the_power_of_4')).toEqual({
    hash: '2_to_the_power_of_4',
    createdAt: 1795516151224,
    payload: '16',
  })
  expect(cache.open('a/b: größe').get('all')).toEqual({
    hash: 'all',
    createdAt: 1795516151225.5,
    key: '{"v":1,"json":[1]}',
    keyDigest: 'mJ3vJ0bq',
    metadata: 'made\nby hand',
    version: '2.1',
    source: 'c291cmNl',
    tags: ['red', 'green'],
    expiresAt: 4000000000321,
    durationMs: 12.625,
    promised: true,
    payload: new Uint8Array([0, 255, 10, 13, 7]),
  })
  expect(cache.open('half').get('h')?.payload).toBe('half a pair \ud800 and \0')
})

test('an export is written in that format', () => {
  const lines = readFileSync(GOLDEN, 'utf8').trimEnd().split('\n')
  const written = lines.slice(1, -1).map((text) => {
    const line = readLine(text)
    if (line.kind !== 'entry') throw new Error(`read as ${line.kind}`)
    return JSON.parse(lineOf(line.item))
  })
  expect(written.at(-1)).toMatchObject({ staleUntil: 1796121011226 })
  expect(written).toEqual(lines.slice(1, -1).map((text) => JSON.parse(text)))
  expect([firstLine('/home/me/persist', 1795516151224), lastLine(4)]).toEqual([lines[0], lines.at(-1)])
})
