import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CATALOGUE } from './support/catalogue.mjs'
import { type Row, rows } from './support/rows.mjs'

const golden: Row[] = JSON.parse(readFileSync(new URL('./golden/format-1.json', import.meta.url), 'utf8'))
const now = new Map(rows().map((row) => [row.name, row]))

test('the golden file has every value of the catalogue, and the catalogue every value of the golden file', () => {
  expect(golden.map(({ name }) => name)).toEqual(CATALOGUE.map(([name]) => name))
})

test.each(golden)('the text and the hashes of $name are what they were in the first release', (row) => {
  expect(now.get(row.name)).toEqual(row)
})
