import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { environment, folderBelow } from '../field/folder.ts'
import { type Language, ORDERS, printed, programOf } from './program.ts'
import { TRACED, tracedProgram } from './traced-program.ts'

/** How a host gets a program to run. */
export interface Subject {
  readonly build: Build
  /** Default: `mjs`. */
  readonly language?: Language
  /** Whether the program has to register its store, though the store is installed. */
  readonly registers?: boolean
}

/** Makes the folder `out` from `main`, if need be, and returns the command that runs it from the folder above. */
export type Build = (folder: string) => Promise<readonly string[]> | readonly string[]

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The line that the error of a bundle without its store names. */
const LINE = `registerStore("file", fromUrl), with fromUrl from '@persist/store-disk'`

/**
 * Named functions keep their results from run to run and from build to build, in the default cache of a folder where
 * the store is installed. Throws if the host cannot find it there, unless the program registers it.
 */
export async function keepsResults(installed: string, { build, ...kind }: Subject): Promise<void> {
  const { path, write } = folderBelow(installed, {})
  let runs = 2
  for (const order of [...ORDERS, ORDERS[0]]) {
    write(programOf({ ...kind, hasNames: true }, order))
    const command = await build(path)
    for (let i = 0; i < 2; i++) {
      expect(succeed(run(path, command)).stdout).toBe(printed(runs))
      runs = 0
    }
  }
}

/** Functions without `funcname` get no result of each other: a second function of one name is right, or a clear error. */
export async function mixesNothingUp(installed: string, { build, ...kind }: Subject): Promise<void> {
  const { path, write } = folderBelow(installed, {})
  for (const order of [...ORDERS, ORDERS[0]]) {
    write(programOf({ ...kind, hasNames: false, registers: true }, order))
    const command = await build(path)
    for (let i = 0; i < 2; i++) {
      const ended = run(path, command)
      if (/ERR_PERSIST_DUPLICATE_NAMESPACE|minifiers remove the names/.test(ended.stderr)) continue
      const [values] = succeed(ended).stdout.split('\n')
      expect(values).toBe(printed(0).split('\n')[0])
    }
  }
}

/** Traced functions run again when what they read has changed, and only then. */
export async function seesInputs(installed: string, { build, language = 'mjs' }: Subject): Promise<void> {
  const { path } = folderBelow(installed, { ...tracedProgram(language), 'package.json': '{ "private": true }' })
  const command = await build(path)
  for (const output of TRACED) expect(succeed(run(path, command)).stdout).toBe(output)
}

/** The program is an error that has the line, though the store is installed beside it. */
export async function findsNoStore(installed: string, { build }: Subject): Promise<void> {
  const { path } = folderBelow(installed, programOf({ hasNames: true }, ORDERS[0]))
  const { status, stderr } = run(path, await build(path))
  expect(stderr).toContain(LINE)
  expect(status).not.toBe(0)
}

/** Alone, where nothing is installed, a program without the line is an error that has it; with the line it keeps results. */
export async function runsAlone(installed: string, { build }: Subject): Promise<void> {
  const alone = mkdtempSync(join(tmpdir(), 'persist-alone-'))
  try {
    const bare = await buildAway(installed, build, false, alone)
    const { status, stderr } = run(alone, bare)
    expect(stderr).toContain(LINE)
    expect(status).not.toBe(0)

    const registered = await buildAway(installed, build, true, alone)
    for (const runs of [2, 0]) expect(succeed(run(alone, registered)).stdout).toBe(printed(runs))
  } finally {
    rmSync(alone, { recursive: true })
  }
}

/** Builds in a folder that is then removed: some bundlers write the paths of packages into the bundle. */
async function buildAway(installed: string, build: Build, registers: boolean, alone: string) {
  const { path, write } = folderBelow(
    join(tmpdir(), 'persist-away'),
    programOf({ hasNames: true, registers }, ORDERS[0]),
  )
  write({ 'package.json': '{ "private": true }' })
  cpSync(join(installed, 'node_modules/@persist'), join(path, 'node_modules/@persist'), { recursive: true })
  const command = await build(path)
  rmSync(join(alone, 'out'), { recursive: true, force: true })
  cpSync(join(path, 'out'), join(alone, 'out'), { recursive: true })
  rmSync(path, { recursive: true })
  return command.map((word) => word.replace(path, alone))
}

/** Runs a command in a folder, with the environment of a person in a terminal. */
export function run(cwd: string, [command, ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  const folder = mkdtempSync(join(tmpdir(), 'persist-stderr-'))
  const file = join(folder, 'stderr')
  // Node prints the line of an error, which is a whole minified bundle, and ends without the rest if a pipe is full.
  const stderr = openSync(file, 'w')
  try {
    const ended = spawnSync(command!, args, {
      cwd,
      encoding: 'utf8',
      env: { ...environment(), ...env },
      stdio: ['ignore', 'pipe', stderr],
      timeout: 300_000,
    })
    return { ...ended, stderr: readFileSync(file, 'utf8') }
  } finally {
    closeSync(stderr)
    rmSync(folder, { recursive: true })
  }
}

/** The outcome of a command, which must succeed. */
export function succeed(ended: Run): Run {
  if (ended.status !== 0) throw new Error(`ended with ${ended.status}:\n${ended.stdout}${ended.stderr}`)
  return ended
}
