import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url))

/** A folder with a program of a user. */
export interface Folder {
  readonly path: string
  write(files: Readonly<Record<string, string>>): void
  /** Runs a program of the folder, and gives what it printed. It has to end well and to be silent on stderr. */
  node(program: string, options?: RunOptions): string
}

/** How a program is run. */
export interface RunOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether to leave out what it printed on stderr. */
  readonly ignoreStderr?: boolean
}

const made: string[] = []
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** A new folder where `@persist/*` are installed as links to this repository. It lasts as long as the test file. */
export function folderWith(files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'persist-field-'))
  made.push(path)
  mkdirSync(join(path, 'node_modules/@persist'), { recursive: true })
  for (const name of readdirSync(PACKAGES)) {
    symlinkSync(join(PACKAGES, name), join(path, 'node_modules/@persist', name), 'junction')
  }
  return folderAt(path, files)
}

/** A new folder below one where packages are installed. It lasts as long as the test file. */
export function folderBelow(installed: string, files: Readonly<Record<string, string>>): Folder {
  mkdirSync(join(installed, 'runs'), { recursive: true })
  const path = mkdtempSync(join(installed, 'runs', 'run-'))
  made.push(path)
  return folderAt(path, files)
}

function folderAt(path: string, files: Readonly<Record<string, string>>): Folder {
  const folder: Folder = {
    path,
    write(more) {
      for (const [name, text] of Object.entries(more)) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        writeFileSync(join(path, name), text)
      }
    },
    node(program, { args = [], env, ignoreStderr = false } = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        cwd: path,
        encoding: 'utf8',
        env: { ...environment(), ...env },
        timeout: 120_000,
      })
      if (status !== 0 || (stderr !== '' && !ignoreStderr)) {
        throw new Error(`${program} ended with ${status}:\n${stdout}${stderr}`)
      }
      return stdout
    },
  }
  folder.write(files)
  return folder
}

/** The environment of a person in a terminal: nothing of the test runner and the package manager. */
export function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_registry)|pnpm_|NODE_PATH$|NODE_ENV$|NODE_OPTIONS$|PERSIST_|VITEST|TEST$|CI$)/i.test(name),
  )
  return Object.fromEntries(kept)
}
