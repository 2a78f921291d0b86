import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pack } from '../consumers/packed.ts'
import { environment } from './folder.ts'

const PREFIX = 'persist-host-'
const DAY = 86_400_000

const OURS = ['core', 'code', 'inputs', 'store-disk', 'store-mongo'].map((name) => `@persist/${name}`)

/**
 * A folder where npm installed core, what its results depend on, two stores and a host, from packed packages. It stays in the folder for temporary
 * files, and its name is a digest of its contents, so the next run finds it.
 *
 * @param more Names of more packages of ours.
 */
export function installedWith(host: Readonly<Record<string, string>>, more: readonly string[] = []): string {
  const { tarballs, remove } = pack()
  try {
    const digest = createHash('sha256').update(JSON.stringify([process.version, host, more]))
    for (const [name, path] of tarballs) digest.update(name).update(readFileSync(path))
    const folder = join(tmpdir(), `${PREFIX}${digest.digest('hex').slice(0, 16)}`)
    if (!existsSync(folder)) install(folder, tarballs, host, [...OURS, ...more])
    return folder
  } finally {
    remove()
  }
}

function install(
  folder: string,
  tarballs: ReadonlyMap<string, string>,
  host: Readonly<Record<string, string>>,
  names: readonly string[],
): void {
  removeOld()
  const unfinished = mkdtempSync(`${folder}-`)
  mkdirSync(join(unfinished, 'packed'))
  const local = [...tarballs].map(([name, path]) => {
    cpSync(path, join(unfinished, 'packed', basename(path)))
    return [name, `file:./packed/${basename(path)}`] as const
  })
  const overrides = Object.fromEntries(local)
  const ours = Object.fromEntries(names.map((name) => [name, overrides[name]]))
  const manifest = { name: 'host', private: true, dependencies: { ...ours, ...host }, overrides }
  writeFileSync(join(unfinished, 'package.json'), JSON.stringify(manifest))
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: unfinished,
      env: environment(),
      stdio: 'pipe',
      shell: process.platform === 'win32',
    })
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true })
    // Another run may have made the same folder.
    if (!existsSync(folder)) throw error
  }
}

/** Removes folders of other builds that are a day old. */
function removeOld(): void {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    const path = join(tmpdir(), name)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats !== undefined && stats.mtimeMs < Date.now() - DAY) rmSync(path, { recursive: true, force: true })
  }
}
