import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { thisHolder } from '@persist/store/holder'
import { describe, expect, test } from 'vitest'
import { installRuntimes } from './runtime-installed.ts'

const { node26, bun, deno } = installRuntimes()
const here = [process.execPath]
const child = (name: string) => fileURLToPath(new URL(`children/${name}`, import.meta.url))

function run([command, ...args]: readonly string[], input = ''): string {
  // Colors would become a part of an error's message.
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  return execFileSync(command!, args, { input, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

describe.each([
  ['Node 26', node26],
  ['Bun', bun],
  ['Deno', deno],
])('%s', (_name, runtime) => {
  test('restores every value, from a string and from bytes, and makes the payloads and keys of the golden files', () => {
    const { checked, faults } = JSON.parse(run([...runtime, child('runtime-values.mjs')]))
    expect(faults).toEqual([])
    expect(checked).toBeGreaterThan(240)
  })
})

describe('bytes of the binary pickle', () => {
  const write = (runtime: readonly string[]) => run([...runtime, child('runtime-bytes.mjs'), 'write'])
  const read = (runtime: readonly string[], bytes: string): Record<string, string> =>
    JSON.parse(run([...runtime, child('runtime-bytes.mjs'), 'read'], bytes))

  const byV8 = { 'this Node': here, 'Node 26': node26, Deno: deno }

  test.each(Object.entries(byV8))('that %s wrote are read by every V8, or refused by an older one', (_name, writer) => {
    const bytes = write(writer)
    for (const [name, reader] of Object.entries(byV8)) {
      for (const outcome of Object.values(read(reader, bytes))) {
        if (reader !== here) expect(outcome, name).toBe('equal')
        else expect(outcome, name).toMatch(/^equal$|^ERR_PERSIST_UNPICKLE/)
      }
    }
    expect(new Set(Object.values(read(writer, bytes)))).toEqual(new Set(['equal']))
  })

  test('that Bun wrote are read by Bun', () => {
    expect(new Set(Object.values(read(bun, write(bun))))).toEqual(new Set(['equal']))
  })

  test('of one engine are refused by the other, which names the reason', () => {
    const ofBun = write(bun)
    for (const reader of Object.values(byV8)) {
      for (const outcome of Object.values(read(reader, ofBun)))
        expect(outcome).toBe('ERR_PERSIST_UNPICKLE: the payload was written by another JavaScript engine')
    }
    for (const outcome of Object.values(read(bun, write(here))))
      expect(outcome).toBe('ERR_PERSIST_UNPICKLE: the payload was written by another JavaScript engine')
  })
})

describe('Deno without permissions', () => {
  const holder = JSON.stringify(thisHolder())
  const signs = (...permissions: string[]) => {
    const command = [deno[0]!, 'run', '--quiet', '--no-lock', '--no-prompt', ...permissions]
    const args = [...command.slice(1), child('runtime-holder.mjs'), holder]
    const { stdout, stderr, status } = spawnSync(command[0]!, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
  }

  test.each([
    ['to see the host’s name or other processes', []],
    ['to see other processes', ['--allow-sys', '--allow-read']],
    ['to see the host’s name', ['--allow-run', '--allow-read']],
  ])('%s takes leases, and does not take one from a running holder', (_what, permissions) => {
    const { self, parent } = signs(...permissions)
    expect(self).toBe('self')
    expect(['silent', 'likely', 'alive']).toContain(parent)
  })
})
