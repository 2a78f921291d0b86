import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../src/program.ts'
import { COMMAND, execute, newFolder, persist } from './support/command.ts'
import { filled } from './support/filled.ts'

const COMMANDS = ['ls', 'show', 'get', 'rm', 'clear', 'prune', 'verify', 'stats', 'copy', 'export', 'import', 'serve']

describe('help', () => {
  test('names every command, the exit codes and the environment', async () => {
    const { stdout, code } = await persist(['--help'])
    expect(code).toBe(0)
    for (const command of [...COMMANDS, 'completion']) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    expect(stdout).toMatch(/Exit codes:/)
    expect(stdout).toMatch(/PERSIST_CACHE/)
  })

  test('of a command is an answer, not an error', async () => {
    expect(await persist(['show', '--help'])).toMatchObject({ code: 0, stderr: '' })
    expect(await persist(['help', 'copy'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: persist copy/),
    })
  })

  test.each(COMMANDS)('of %s says what it does, with the options of all commands', (command) => {
    const stdout = createProgram(() => {})
      .commands.find((one) => one.name() === command)!
      .helpInformation()
    expect(stdout).toMatch(new RegExp(`^Usage: persist ${command}`))
    for (const option of ['--cache', '--json', '--yes', '--store', '--no-color']) expect(stdout).toContain(option)
  })
})

describe('exit codes', () => {
  test.each([
    ['an unknown command, with the nearest', ['lss'], 2, /Did you mean ls/],
    ['help for an unknown command, with the nearest', ['help', 'lss'], 2, /unknown command 'lss'\n.*Did you mean ls/],
    ['an unknown option', ['ls', '--jsn'], 2, /--json/],
    ['a missing argument', ['show'], 2, /funcname/],
    ['an unknown store, with the nearest', ['ls', '-c', 'mongdb://x'], 2, /Did you mean mongodb/],
    ['an invalid cache URL', ['ls', '-c', 'file://a?b=c'], 2, /cannot be used/],
    ['a store that cannot be reached', ['ls', '-c', 'mongodb://127.0.0.1:9/'], 3, /ECONNREFUSED/],
    ['a path that is not a folder', ['ls', '-c', '/dev/null/x'], 3, /ENOTDIR/],
    ['an unknown winner', ['copy', 'a', 'b', '--winner', 'me'], 2, /newer/],
  ])('%s', async (_, args, code, message) => {
    expect(await persist(args, { cwd: newFolder() })).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringMatching(message),
    })
  })

  test('with --json an error is JSON too', async () => {
    const { stderr } = await persist(['ls', '--json', '-c', 'mongdb://x'], { cwd: newFolder() })
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'ERR_PERSIST_UNKNOWN_STORE' } })
  })

  test('a folder of a newer format is not touched', async () => {
    const cwd = newFolder()
    writeFileSync(join(cwd, 'persist.json'), '{"format":99}')
    expect(await persist(['-c', '.', 'ls'], { cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/format 99/),
    })
  })
})

test('a hash that begins with a dash is not an option', async () => {
  const cwd = newFolder()
  const hashes = ['-WXS1bv_UbdX4riiyyA3Djjo7JeiEfyGI7o1-hGMnkz', '--S1bv_UbdX4riiyyA3Djjo7JeiEfyGI7o1-hGMnkz0']
  const store = diskStore(join(cwd, 'persist')).open('f')
  for (const hash of hashes) store.set({ hash, payload: hash, createdAt: 1 })
  for (const hash of hashes) {
    expect((await persist(['get', 'f', hash, '--raw'], { cwd })).stdout).toBe(hash)
    expect(JSON.parse((await persist(['show', 'f', hash, '--json'], { cwd })).stdout)).toMatchObject({ hash })
  }
  expect((await persist(['get', 'f', '--raw', '--', hashes[0]!], { cwd })).stdout).toBe(hashes[0])
  expect(await persist(['rm', '-y', 'f', ...hashes, '--json'], { cwd })).toMatchObject({ code: 0 })
  expect(store.stats().entries).toBe(0)
})

test('PERSIST_CACHE is the cache, unless --cache is given before or after the command', async () => {
  const cwd = filled()
  const env = { PERSIST_CACHE: 'file://persist' }
  const elsewhere = newFolder()
  diskStore(elsewhere).open('elsewhere').set({ hash: 'h', payload: 'x', createdAt: 1 })
  expect((await persist(['ls'], { cwd, env })).stdout).toMatch(/double/)
  expect((await persist(['ls', '-c', elsewhere], { cwd, env })).stdout).toMatch(/elsewhere/)
  expect((await persist(['-c', elsewhere, 'ls'], { cwd, env })).stdout).toMatch(/elsewhere/)
})

test('a reader that stops early ends a long answer without an error', async () => {
  const cwd = filled()
  const { stdout, stderr } = await execute('sh', ['-c', '"$0" "$1" export | head -n 1', process.execPath, COMMAND], {
    cwd,
  })
  expect(stdout).toMatch(/^\{"persist":"export"/)
  expect(stderr).toBe('')
})

describe('completion', () => {
  const complete = async (cwd: string, ...words: string[]) =>
    (await persist(['complete', '--', ...words], { cwd })).stdout.split('\n').map((line) => line.split('\t')[0])

  test('offers commands, options and the functions of the cache', async () => {
    const cwd = filled()
    expect(await complete(cwd, 's')).toEqual(expect.arrayContaining(['show', 'stats', 'serve']))
    expect(await complete(cwd, 's')).not.toContain('copy')
    expect(await complete(cwd, 'show', '')).toEqual(expect.arrayContaining(['double', 'rich', 'odd']))
    expect(await complete(cwd, 'export', '-f', 'do')).toContain('double')
    expect(await complete(cwd, '-c', 'nowhere', 'show', '')).not.toContain('double')
    diskStore(join(cwd, 'persist')).open('$(touch x)').set({ hash: 'h', payload: 'x', createdAt: 1 })
    expect((await complete(cwd, 'show', '')).join()).not.toContain('touch')
    expect(await complete(cwd, 'copy', '--wi')).toContain('--winner')
    expect(await complete(cwd, 'copy', '--winner', '')).toEqual(expect.arrayContaining(['newer', 'source', 'target']))
    expect(await complete(cwd, 'ls', '--js')).toContain('--json')
    expect(await complete(cwd, '-c', 'mongdb://x', 'show', '')).toEqual([':4', ''])
  })

  test.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
    const { stdout, code } = await persist(['completion', shell])
    expect(code).toBe(0)
    expect(stdout).toContain('persist')
    if (shell === 'bash') expect(spawnSync('bash', ['-n'], { input: stdout }).status).toBe(0)
  })

  test('of another shell is an error that lists the known ones', async () => {
    expect(await persist(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      stderr: 'persist: unknown shell tcsh; expected bash, zsh, fish, powershell\n',
    })
  })
})
