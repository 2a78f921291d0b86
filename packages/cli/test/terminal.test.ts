import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { beforeEach, expect, test } from 'vitest'
import { Output } from '../src/output/output.ts'
import { startProgress } from '../src/output/progress.ts'
import { COMMAND, newFolder, OWN_STORE, persist } from './support/command.ts'
import { contents, filled, HOSTILE } from './support/filled.ts'
import { onTerminal, typed, typedIn } from './support/terminal.ts'

const ESC = '\u001b'
const COLOR = `${ESC}[`

let cwd: string
const stored = () => [...contents(join(cwd, 'persist')).keys()]
beforeEach(() => {
  cwd = filled()
})

onTerminal('on a terminal', () => {
  test('the command asks before it deletes, and obeys the answer', async () => {
    const no = await typed(['rm', 'odd', 'full'], [['[y/N]', 'n\r']], { cwd })
    expect(no.stdout).toContain('Delete 1 entry of odd in ')
    expect(no.stdout).toContain('nothing was changed')
    expect(no.code).toBe(1)
    expect((await typed(['rm', 'odd', 'full'], [['[y/N]', '\r']], { cwd })).code).toBe(1)
    expect((await typed(['clear', '--all'], [['[y/N]', 'yesterday\r']], { cwd })).code).toBe(1)
    expect(stored()).toHaveLength(12)

    const yes = await typed(['rm', 'odd', 'full'], [['[y/N]', 'y\r']], { cwd })
    expect(yes.code).toBe(0)
    expect(yes.stdout).toContain('1 entry deleted')
    expect(stored()).not.toContain('odd full')
    expect((await typed(['clear', '--all'], [['Delete 11 entries of 4 functions', 'YES\r']], { cwd })).code).toBe(0)
    expect(stored()).toEqual([])
  })

  test('Ctrl-C and Ctrl-D at the question change nothing', async () => {
    for (const key of ['\u0003', '\u0004']) {
      const { code } = await typed(['clear', '--all'], [['[y/N]', key]], { cwd })
      expect(code).toBe(130)
      expect(stored()).toHaveLength(12)
    }
  })

  test('one Ctrl-C ends long work that shows its progress', async () => {
    const env = { OWN_STORE_MS: '100' }
    for (const folder of ['persist', 'target']) {
      const store = diskStore(join(cwd, folder)).open('many')
      for (let n = 0; n < 2000; n++) store.set({ hash: `hash-${n}`, payload: `${n}`, createdAt: n })
    }
    for (const [args, shown] of [
      [['-c', 'own://persist', 'verify', 'many'], 'verifying'],
      [['copy', 'persist', 'own://target', '--check', '-f', 'many'], 'comparing'],
    ] as const) {
      const { code, stdout } = await typed([...args, '--store', OWN_STORE], [[shown, '\u0003']], { cwd, env })
      expect(stdout).toContain('stopped')
      expect(code).toBe(130)
    }
  })

  test('--yes asks nothing', async () => {
    const { stdout, code } = await typed(['clear', '--all', '--yes'], [], { cwd })
    expect(stdout).not.toContain('[y/N]')
    expect(code).toBe(0)
  })

  test('there are colors, unless they are turned off', async () => {
    const shown = async (args: readonly string[], env = {}) => (await typed(args, [], { cwd, env })).stdout
    for (const args of [['ls'], ['show', 'odd', 'full'], ['stats']]) expect(await shown(args)).toContain(COLOR)
    expect(await shown(['ls', '--no-color'])).not.toContain(COLOR)
    expect(await shown(['ls', '--json'])).not.toContain(COLOR)
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(await shown(['ls'], env)).not.toContain(COLOR)
  })

  test('no stored string controls it, with colors either', async () => {
    const { stdout } = await typed(['show', 'rich', '--args', JSON.stringify([HOSTILE])], [], { cwd })
    expect(stdout).toContain(COLOR)
    expect(stdout).not.toContain(`${ESC}]`)
    expect(stdout).not.toContain('\u0007')
    expect(stdout).not.toContain('\u202e')
    const raw = newFolder()
    diskStore(join(raw, 'persist')).open('f').set({ hash: 'h', payload: HOSTILE, createdAt: 1 })
    expect((await typed(['get', 'f', 'h'], [], { cwd: raw })).stdout).not.toContain(ESC)
    // In a pipe it is the input of a program, and stays as it is.
    expect((await persist(['get', 'f', 'h'], { cwd: raw })).stdout).toBe(`${HOSTILE}\n`)
  })

  test('long work shows its progress', async () => {
    const { stdout, code } = await typed(['copy', 'persist', 'other', '--check'], [], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(/copying █+ 100% {2}12\/12/)
    expect(stdout).toMatch(/comparing █+ 100% {2}12\/12/)
    expect((await typed(['export', 'all'], [], { cwd })).stdout).toMatch(/exporting █+ 100%/)
    expect((await typed(['verify'], [], { cwd })).stdout).toMatch(/verifying █+ 100%/)
    expect((await typed(['copy', 'persist', 'third', '--json'], [], { cwd })).stdout).not.toContain('█')
  })
})

onTerminal('in bash', () => {
  test('Tab completes the name of a function, and the script can be read twice', async () => {
    const bin = newFolder()
    symlinkSync(COMMAND, join(bin, 'persist'))
    const env = { PATH: `${bin}:${process.env.PATH}` }
    // The sequence that bash prints before it reads a line.
    const prompt = `${ESC}[?2004h`
    const answers = [
      [prompt, 'source <(persist completion bash)\r'],
      [prompt, 'persist get dou\t'],
      ['persist get double', "--args '[4]'\r"],
      [`8${ESC}`, 'source <(persist completion bash)\r'],
      [prompt, 'echo $?-$?\r'],
      ['0-0', 'exit\r'],
    ] as const
    const { code, stdout } = await typedIn(['bash', '--norc', '--noprofile', '-i'], answers, { cwd, env })
    expect(stdout).toContain('persist get double')
    expect(stdout).not.toContain('readonly')
    expect(code).toBe(0)
  })
})

test('in a pipe there are no colors and no progress', async () => {
  for (const args of [['ls'], ['show', 'odd', 'full'], ['stats'], ['copy', 'persist', 'other'], ['verify']]) {
    const { stdout, stderr } = await persist(args, { cwd })
    expect(stdout + stderr).not.toContain(ESC)
  }
  expect((await persist(['ls'], { cwd, env: { FORCE_COLOR: '1' } })).stdout).toContain(COLOR)
})

test('entries are counted only for a progress that is shown', async () => {
  const uncounted = () => Promise.reject(new Error('it was counted'))
  const output = new Output({ json: true, color: false }, process)
  expect((await startProgress(output, 'copying', uncounted)).at(1, 'f')).toBeUndefined()
})
