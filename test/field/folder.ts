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
  /** Runs a program of the folder, and returns its output. Throws if it fails, or prints on stderr. */
  node(program: string, options?: RunOptions): string
}

/** How a program is run. */
export interface RunOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether the program may print on stderr. */
  readonly ignoreStderr?: boolean
}

const made: string[] = []
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** A new folder where `@persist/*` are links to this repository. It is removed after the test file. */
export function folderWith(files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'persist-field-'))
  made.push(path)
  mkdirSync(join(path, 'node_modules/@persist'), { recursive: true })
  for (const name of readdirSync(PACKAGES)) {
    symlinkSync(join(PACKAGES, name), join(path, 'node_modules/@persist', name), 'junction')
  }
  return folderAt(path, files)
}

/** A new folder below one with installed packages. It is removed after the test file. */
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

/** The environment of a person in a terminal, without variables of the test runner and the package manager. */
export function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_registry)|pnpm_|NODE_PATH$|NODE_ENV$|NODE_OPTIONS$|PERSIST_|VITEST|TEST$|CI$)/i.test(name),
  )
  return Object.fromEntries(kept)
}
