import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Peer } from '../peers/peer.ts'

const PYTHON = fileURLToPath(new URL('../../python', import.meta.url))
const VENVS = fileURLToPath(new URL('../../.venv', import.meta.url))
const REQUIREMENTS = join(PYTHON, 'requirements.txt')
const WITHIN = process.platform === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python')
const run = promisify(execFile)

/** The peers of python/peers.py, for the tables. */
export const PYTHON_PEERS: Readonly<Record<string, Omit<Peer, 'open'>>> = {
  pypersist: { title: 'pypersist', role: 'peer', setup: '@persist(cache="file://…", funcname=…)' },
  joblib: { title: 'joblib', role: 'peer', setup: 'Memory(folder).cache(fn)' },
  'joblib-mmap': { title: 'joblib, memory-mapped', role: 'peer', setup: "Memory(folder, mmap_mode='r').cache(fn)" },
  diskcache: { title: 'diskcache', role: 'peer', setup: 'Cache(folder).memoize(name=…)(fn)' },
  cachier: { title: 'cachier', role: 'peer', setup: '@cachier(cache_dir=folder, separate_files=True)' },
}

/** The program that runs the Python peers. */
export const PYTHON_CHILD = join(PYTHON, 'child.py')

/**
 * A Python with exactly the versions of requirements.txt, made on first use and kept. `undefined` if there is none. Then
 * `reasons` has the reason.
 */
export async function python(reasons: string[]): Promise<string | undefined> {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12)
  const home = join(VENVS, version)
  if (existsSync(join(home, WITHIN))) return join(home, WITHIN)
  const making = `${home}-${process.pid}`
  try {
    await mkdir(VENVS, { recursive: true })
    await run('python3', ['-m', 'venv', making])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]
    await run(join(making, WITHIN), pip, { timeout: 300_000 })
    await rename(making, home)
    return join(home, WITHIN)
  } catch (error) {
    reasons.push(`no Python peers: ${(error as Error).message.split('\n')[0]}`)
    return undefined
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}
