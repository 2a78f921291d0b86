import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DOCUMENT = readFileSync(join(ROOT, 'docs/write-a-store.md'), 'utf8')
const PROGRAMS = Object.fromEntries(
  [...DOCUMENT.matchAll(/<!-- (\S+\.ts) -->\s*```ts\n(.*?)```/gs)].map(([, name, text]) => [name!, text!]),
)

// Within the project, where the programs find the packages.
const rooms = fileURLToPath(new URL('.tmp', import.meta.url))
mkdirSync(rooms, { recursive: true })
const folder = mkdtempSync(join(rooms, 'write-a-store-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' })

test('the store of the document is complete in forty lines', () => {
  expect(Object.keys(PROGRAMS)).toEqual(['shelf-store.ts', 'shelf-store.test.ts', 'use-it.ts'])
  const lines = PROGRAMS['shelf-store.ts']!.split('\n').filter((line) => line.trim() !== '')
  expect(lines.length).toBeLessThanOrEqual(40)
  expect(lines.filter((line) => line.length > 120)).toEqual([])
})

test('the programs of the document have no type errors', () => {
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(folder, name), text)
  const config = { extends: join(ROOT, 'tsconfig.base.json'), files: Object.keys(PROGRAMS) }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  // Throws with the compiler's output.
  expect(run(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.')).toBe('')
})

test('the store of the document passes the suite', () => {
  const output = run(process.execPath, '--test', '--test-reporter=tap', 'shelf-store.test.js')
  expect(output).toMatch(/^# fail 0$/m)
  expect(Number(/^# pass (\d+)$/m.exec(output)![1])).toBeGreaterThan(50)
  expect(output).toContain('`supports.lease` is false')
})

test('the store of the document keeps results, as an adapter and by its scheme', () => {
  const output = '6 6 1\n9\n[ 3 ] 9\n'
  expect(run(process.execPath, 'use-it.js')).toBe(output)
  expect(run(process.execPath, 'use-it.js')).toBe(output.replace('6 6 1', '6 6 2'))
})
