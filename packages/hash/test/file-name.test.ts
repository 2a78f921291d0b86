import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkFileName, fileNameProblem, sha256 } from '@persist/hash'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'is empty': [''],
  'begins with a dot': ['.', '..', '.hidden', '...'],
  'has a character that some system forbids': ['a/b', 'a\\b', 'a:b', 'a*', 'a?', 'a"b', 'a<b', 'a>b', 'a|b'],
  'has a control character': ['a\u0000b', 'a\nb', '\u001f', 'a\u007f', 'a\u0085b'],
  'ends in a dot or a space': ['a.', 'a ', 'a. '],
  'is a device of Windows': [
    'CON',
    'con',
    'nul',
    'NUL.txt',
    'aux.c',
    'PRN',
    'com1',
    'COM9.log',
    'lpt0',
    'COM¹',
    'LPT³.x',
  ],
  'is longer than 255 bytes': ['x'.repeat(256), 'é'.repeat(128), '😀'.repeat(64)],
  'has half of a surrogate pair': ['\ud800', 'a\udc00b'],
  'is decomposed Unicode': ['e\u0301', 'A\u030a', '\u1100\u1161'],
}
const ACCEPTED = [
  '3_to_the_power_of_4',
  'a b',
  'x'.repeat(255),
  'é',
  'naïve-Ω',
  'CONSOLE',
  'com10',
  'null',
  '-dash',
  '__proto__',
  "it's (1) [2] {3} #4 %5 &6 $7 @8 ~9",
  sha256('x'),
]

describe('a name', () => {
  for (const [why, names] of Object.entries(REFUSED)) {
    it.each(names)(`that ${why} is refused: %j`, (name) => {
      expect(fileNameProblem(name)).toEqual(expect.any(String))
      expect(() => checkFileName(name)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH', hash: name }))
    })
  }

  it.each(ACCEPTED)('that every system accepts is accepted: %j', (name) => {
    expect(fileNameProblem(name)).toBeUndefined()
    expect(() => checkFileName(name)).not.toThrow()
  })

  it('leaves room for the bytes that the store adds', () => {
    expect(fileNameProblem('x'.repeat(249), { suffixBytes: 6 })).toBeUndefined()
    expect(fileNameProblem('x'.repeat(250), { suffixBytes: 6 })).toContain('256 bytes')
  })

  it('that is accepted names a file with exactly that name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'persist-name-'))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (name) => {
        if (fileNameProblem(name) !== undefined) return
        writeFileSync(join(folder, name), '')
        expect(readdirSync(folder)).toEqual([name])
        rmSync(join(folder, name))
      }),
      { numRuns: 500 },
    )
    rmSync(folder, { recursive: true })
  })
})
