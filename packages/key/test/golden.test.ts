import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CATALOG } from './support/catalog.mjs'
import { type Row, rows } from './support/rows.mjs'

const golden: Row[] = JSON.parse(readFileSync(new URL('./golden/format-1.json', import.meta.url), 'utf8'))
const now = new Map(rows().map((row) => [row.name, row]))

test('the golden file and the catalog have the same values', () => {
  expect(golden.map(({ name }) => name)).toEqual(CATALOG.map(([name]) => name))
})

test.each(golden)('the string and the hashes of $name are those of the first release', (row) => {
  expect(now.get(row.name)).toEqual(row)
})
