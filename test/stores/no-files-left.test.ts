import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { startWith } from '../support/started.ts'

const folder = mkdtempSync(join(tmpdir(), 'persist-no-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FEW_FILES = ['sh', fileURLToPath(new URL('children/few-files.sh', import.meta.url)), process.execPath]

test.each(['sync', 'async'])(
  'a process that has as many files open as it may have keeps its results, clear and put until it has fewer: %s',
  async (mode) => {
    const program = new URL('children/no-files-left.mjs', import.meta.url)
    const child = startWith(FEW_FILES, program, `file://${join(folder, mode)}`, mode)
    expect(await child.ended).toBe(0)
    expect(child.lines).toEqual(['undefined undefined 9'])
  },
)
