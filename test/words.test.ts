import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ALLOWED, findWords, NOT_YET_CLEAN } from '../scripts/plain-words.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const wordsOf = (text: string) => findWords(text).map(({ word }) => word)

describe('a word of the list is found', () => {
  test('with its line and its replacement', () => {
    expect(findWords('one\n// It is computed anew.')).toEqual([{ word: 'anew', use: '"again"', line: 2 }])
  })

  test.each([
    ['Nobody waits.', 'Nobody'],
    ["nobody else's", 'nobody'],
    ["anybody's code", "anybody's"],
    ['kept for ever.', 'for ever'],
    ['it was used lately', 'lately'],
    ['a number in brackets', 'brackets'],
    ['the store tells it', 'tells'],
    ['it is told', 'told'],
    ['a refresh behind the caller', 'behind'],
    ['«kept»', '«'],
    ['colourful', 'colourful'],
    ['misbehaviour', 'misbehaviour'],
    ['it was cancelled', 'cancelled'],
    ['Normalised', 'Normalised'],
    ['serialisation', 'serialisation'],
  ])('in "%s"', (text, word) => {
    expect(wordsOf(text)).toContain(word)
  })

  test('in a name, as a part of it', () => {
    expect(wordsOf('inBothColours(TOLD_BY)')).toEqual(['Colours', 'TOLD'])
  })

  test.each(['// kept for\n// ever', '/* for\n * ever */', '# for\n# ever', 'for\never'])(
    'where the line breaks in it: %j',
    (text) => {
      expect(wordsOf(text)).toHaveLength(1)
    },
  )
})

describe('no word is found', () => {
  test.each([
    'foretell',
    'beforehand',
    'promise',
    'fourth',
    'optimistic',
    'four hours',
    'analysis',
    'forever',
    'philately',
  ])('in "%s", which only holds its letters', (text) => {
    expect(wordsOf(text)).toEqual([])
  })

  test.each(ALLOWED)('in "%s", which is right English', (phrase) => {
    expect(wordsOf(`It is ${phrase}.`)).toEqual([])
    expect(wordsOf(`It is ${phrase.replace(' ', '\n// ')}, told so.`)).toEqual(['told'])
  })
})

test.each(NOT_YET_CLEAN)('%s, which is not clean yet, exists', (path) => {
  expect(existsSync(join(ROOT, path))).toBe(true)
})

test('the command fails with the place of each word, and passes without one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'persist-words-'))
  const page = join(folder, 'page.md')
  const run = () => spawnSync(process.execPath, ['scripts/words.mjs', folder], { cwd: ROOT, encoding: 'utf8' })
  try {
    writeFileSync(page, 'A page.\n\nWhoever reads it is told.\n')
    const failed = run()
    expect(failed.status).toBe(1)
    expect(failed.stdout).toContain(`${page}:3: "Whoever": use "who", or the noun`)
    expect(failed.stdout).toContain('2 words to replace in 1 files')
    writeFileSync(page, 'A page.\n\nIts readers know.\n')
    expect(run()).toMatchObject({ status: 0, stdout: '0 words to replace in 1 files\n' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
