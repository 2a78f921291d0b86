import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { blocksOf } from './blocks.ts'
import { documents, ROOT } from './documents.ts'
import { instrument } from './instrument.ts'
import { programsOf } from './programs.ts'

const rooms = fileURLToPath(new URL('.tmp', import.meta.url))
mkdirSync(rooms, { recursive: true })
const room = mkdtempSync(join(rooms, 'readme-'))
afterAll(() => rmSync(room, { recursive: true }))

const blocks = blocksOf(documents().find(({ path }) => path === 'README.md')!)
const shown = blocks.find(({ language }) => language === 'text')!.code
const [first, second, listing] = [...shown.matchAll(/^\$ .*\n((?:(?!\$ ).*\n)*)/gm)].map(([, output]) => output!)

function node(...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: room, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout
}

test('README.md shows the real output of its program, first and again, and of persist show', () => {
  const [program] = programsOf(blocks)
  // As `npm init` writes it: a program with `await` at its top level needs a name that makes it an ES module.
  writeFileSync(join(room, 'package.json'), '{ "type": "commonjs" }')
  const [, extension] = /^\$ npx tsx translate\.(\w*)ts$/m.exec(shown)!
  const file = `translate.${extension}js`
  writeFileSync(join(room, file), instrument(program!.source, program!.name).code)
  expect(node(file)).toBe(first)
  expect(node(file)).toBe(second)
  expect(first).not.toBe(second)
  const table = node(join(ROOT, 'packages/cli/bin/persist.js'), 'show', 'translate')
  // The columns with times differ on every run.
  const steady = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/).filter((_, i) => ![2, 4].includes(i)))
  expect(steady(table)).toEqual(steady(listing!))
})
