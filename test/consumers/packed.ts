import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The command that runs this project's version of pnpm. */
export const PNPM = ['npx', '--yes', 'pnpm@12'] as const

/** The packages as they would be published. */
export interface Packed {
  readonly folder: string
  /** The tarballs, by the names of the packages. */
  readonly tarballs: ReadonlyMap<string, string>
  remove(): void
}

/** Packs all built packages. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'persist-packed-'))
  const [command, ...args] = PNPM
  execFileSync(command, [...args, '-r', '--filter=./packages/*', 'pack', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  const tarballs = readdirSync(folder).map((file) => {
    const [, name] = /^persist-(.+)-\d+\.\d+\.\d+.*\.tgz$/.exec(file)!
    return [`@persist/${name}`, join(folder, file)] as const
  })
  return { folder, tarballs: new Map(tarballs), remove: () => rmSync(folder, { recursive: true }) }
}
