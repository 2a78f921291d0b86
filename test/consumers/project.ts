import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Packed, PNPM } from './packed.ts'

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url))

/** The package managers of projects. */
export type Installer = 'npm' | 'pnpm' | 'pnpm, hoist: false'

export const INSTALLERS: readonly Installer[] = ['npm', 'pnpm', 'pnpm, hoist: false']

/** An empty project with the packages that one kind of user needs. */
export interface Project {
  readonly folder: string
  /** Runs a program of `programs`, or of the project, and returns its output. */
  run(program: string, ...args: string[]): string
  /** Runs it under flags of Node. */
  runWith(flags: readonly string[], program: string, ...args: string[]): string
  /** Runs a program that fails, and returns its output. */
  fails(program: string, ...args: string[]): string
  /** All installed packages of `@persist`, in any folder. */
  ours(): string[]
  /** Whether a package of that name is installed. */
  has(name: string): boolean
  remove(): void
}

/** Installs packed packages. Their dependencies of ours are packed too, all others come from the registry. */
export function makeProject(
  { tarballs }: Packed,
  installer: Installer,
  packages: readonly string[],
  others: Readonly<Record<string, string>> = {},
): Project {
  const folder = mkdtempSync(join(tmpdir(), 'persist-consumer-'))
  const overrides = Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`]))
  const ours = Object.fromEntries(packages.map((name) => [name, overrides[name]]))
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies: { ...ours, ...others } }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, ...(installer === 'npm' && { overrides }) }),
  )
  if (installer === 'npm') {
    install(folder, ['npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'])
  } else {
    const hoist = installer === 'pnpm' ? {} : { hoist: false }
    // JSON is YAML, too.
    const workspace = { packages: ['.'], overrides, ignoreScripts: true, ...hoist }
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify(workspace))
    install(folder, [...PNPM, 'install', '--prefer-offline', '--no-frozen-lockfile'])
  }
  cpSync(PROGRAMS, folder, { recursive: true })
  const node = (args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: environment() })
  const runWith = (flags: readonly string[], program: string, ...args: string[]) => {
    const { status, stdout, stderr } = node([...flags, program, ...args])
    if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout}${stderr}`)
    return stdout
  }
  return {
    folder,
    run: (program, ...args) => runWith([], program, ...args),
    runWith,
    fails(program, ...args) {
      const { status, stdout, stderr } = node([program, ...args])
      if (status === 0) throw new Error(`${program} ended well:\n${stdout}`)
      return stdout + stderr
    },
    ours: () => [...new Set(installed(folder).filter((name) => name.startsWith('@persist/')))].sort(),
    has: (name) => installed(folder).includes(name),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

function install(folder: string, [command, ...args]: readonly string[]): void {
  const options = { cwd: folder, env: environment(), shell: process.platform === 'win32' } as const
  try {
    execFileSync(command!, args, { ...options, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  }
}

/** The environment of a person in a terminal, without variables of the package manager that runs the tests. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_registry)|pnpm_|NODE_PATH$|PERSIST_|CI$)/i.test(name),
  )
  return Object.fromEntries(kept)
}

/** The names of all packages below a folder's `node_modules`, including those in pnpm's own folder. */
function installed(folder: string): string[] {
  const names: string[] = []
  const walk = (modules: string): void => {
    for (const entry of readdirSync(modules, { withFileTypes: true })) {
      const path = join(modules, entry.name)
      if (entry.name === '.pnpm') {
        for (const room of readdirSync(path))
          if (existsSync(join(path, room, 'node_modules'))) walk(join(path, room, 'node_modules'))
      } else if (entry.name.startsWith('.') || !(entry.isDirectory() || entry.isSymbolicLink())) continue
      else if (entry.name.startsWith('@')) names.push(...readdirSync(path).map((name) => `${entry.name}/${name}`))
      else names.push(entry.name)
      if (entry.isDirectory() && existsSync(join(path, 'node_modules'))) walk(join(path, 'node_modules'))
    }
  }
  walk(join(folder, 'node_modules'))
  return names
}
