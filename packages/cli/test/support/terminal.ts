import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { COMMAND, type CommandOptions, type Ended, execute } from './command.ts'

const PROGRAM = fileURLToPath(new URL('./terminal.py', import.meta.url))

/**
 * Defines tests on a pseudo-terminal, which Python provides. Without Python, they are skipped by name, or fail if
 * PERSIST_REQUIRE_PYTHON=1.
 */
export function onTerminal(name: string, define: () => void): void {
  const { status } = spawnSync('python3', ['-c', 'import pty'])
  if (status === 0) return void describe(name, define)
  describe(name, () => {
    if (process.env.PERSIST_REQUIRE_PYTHON === '1') {
      test('needs python3', () => {
        throw new Error('PERSIST_REQUIRE_PYTHON=1, but there is no python3 with pty')
      })
    } else {
      console.warn(`SKIPPED "${name}": no python3 with pty`)
      test.skip('needs python3', () => {})
    }
  })
}

type Answers = readonly (readonly [shown: string, typed: string])[]

/** Runs the command on a terminal. Types each of `answers` when the text before it has appeared. `stdout` is the screen. */
export function typed(args: readonly string[], answers: Answers, options: CommandOptions = {}): Promise<Ended> {
  return typedIn([process.execPath, COMMAND, ...args], answers, options)
}

/** As {@link typed}, for any program. */
export function typedIn(command: readonly string[], answers: Answers, options: CommandOptions = {}): Promise<Ended> {
  return execute('python3', [PROGRAM, JSON.stringify(answers), ...command], options)
}
