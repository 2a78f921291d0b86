// @ts-check
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HOME = fileURLToPath(new URL('../../.redis', import.meta.url))
// `redis-server` itself is in redis-tools; the others are what it loads and a small system lacks.
const DEBIAN_PACKAGES = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']
const WITHIN_MS = 300_000
const run = promisify(execFile)

/**
 * A Redis server on this machine: that of the PATH, else Debian's, downloaded and unpacked beside the project once;
 * nothing is installed. `reasons` has the causes if there is none.
 *
 * @type {typeof import('./redis-program.mjs').redisProgram}
 */
export async function redisProgram(reasons = []) {
  return onPath(reasons) ?? (await debian(reasons))
}

/** @param {string[]} reasons */
function onPath(reasons) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const command = join(folder, 'redis-server')
    try {
      accessSync(command, constants.X_OK)
      return { command, env: {} }
    } catch {}
  }
  reasons.push('no redis-server on the PATH')
  return undefined
}

/** @param {string[]} reasons */
async function debian(reasons) {
  try {
    if (!existsSync(HOME)) await unpack()
    const libraries = readdirSync(join(HOME, 'usr/lib'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name.includes('.so'))
      .map((entry) => entry.parentPath)
    return {
      command: join(HOME, 'usr/bin/redis-check-rdb'),
      // Its name makes it a server.
      argv0: 'redis-server',
      env: { LD_LIBRARY_PATH: [...new Set(libraries)].join(delimiter) },
    }
  } catch (error) {
    reasons.push(`no redis-server from Debian's packages: ${firstLine(error)}`)
    return undefined
  }
}

/** Made aside and moved into place, so that two runs at the same time do not see each other's half. */
async function unpack() {
  const making = `${HOME}-making-${process.pid}-${randomBytes(4).toString('hex')}`
  await mkdir(join(making, 'packages'), { recursive: true })
  try {
    const options = { cwd: join(making, 'packages'), timeout: WITHIN_MS }
    const download = () => run('apt-get', ['download', '--quiet', ...DEBIAN_PACKAGES], options)
    await download().catch(async () => {
      // A machine that never asked has no list of packages yet; only root may fetch it.
      await run('apt-get', ['update', '--quiet'], options)
      await download()
    })
    for (const file of readdirSync(options.cwd)) await run('dpkg-deb', ['-x', join(options.cwd, file), making])
    await rename(making, HOME).catch((error) => {
      if (!existsSync(HOME)) throw error
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/** @param {unknown} error */
function firstLine(error) {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]
}
