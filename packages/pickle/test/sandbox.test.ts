import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const CHILD = fileURLToPath(new URL('children/sandbox.mjs', import.meta.url))

it.each([
  ['without any global of Node', []],
  ['with some classes of Node, as in Jest', ['Uint8Array', 'ArrayBuffer']],
])('in a sandbox %s, values come back as values of the sandbox, as text and as bytes', (_what, globals) => {
  const args = ['--experimental-vm-modules', '--no-warnings', CHILD, ...globals]
  expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual([])
})
