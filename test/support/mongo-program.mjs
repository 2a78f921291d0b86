// @ts-check
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VENVS = join(ROOT, '.venv-mongo')
const SECANTUS = 'SecantusDB==0.7.0b3'
const INSTALL_WITHIN_MS = 600_000
const run = promisify(execFile)

/**
 * The first way there is on this machine to run a MongoDB server; `reasons` has the causes why the others do not work.
 *
 * @param {string[]} reasons
 * @returns {Promise<import('./mongo-program.mjs').MongoProgram | undefined>}
 */
export async function mongoProgram(reasons = []) {
  return mongodOnPath(reasons) ?? (await secantus(reasons)) ?? (await memoryServer(reasons))
}

/** @param {string[]} reasons */
function mongodOnPath(reasons) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const command = join(folder, process.platform === 'win32' ? 'mongod.exe' : 'mongod')
    try {
      accessSync(command, constants.X_OK)
      return mongod('mongod', command)
    } catch {}
  }
  reasons.push('no mongod on the PATH')
  return undefined
}

/** @param {string} name @param {string} command */
function mongod(name, command) {
  return {
    name,
    command,
    args: (
      /** @type {number} */ port,
      /** @type {string} */ folder,
      /** @type {import('./mongo-program.mjs').Features} */ features,
    ) => [
      '--bind_ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--dbpath',
      folder,
      ...(features.testCommands ? ['--setParameter', 'enableTestCommands=1'] : []),
      ...(features.auth ? ['--auth'] : []),
    ],
  }
}

/**
 * SecantusDB speaks MongoDB's protocol over the WiredTiger engine, and comes from PyPI.
 *
 * @param {string[]} reasons
 */
async function secantus(reasons) {
  try {
    const python = await secantusPython()
    return {
      name: SECANTUS,
      command: python,
      args: (
        /** @type {number} */ port,
        /** @type {string} */ folder,
        /** @type {import('./mongo-program.mjs').Features} */ features,
      ) => [
        ...['-c', 'import sys; from secantus.cli import main; sys.exit(main())'],
        ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder, '--log-level', 'WARNING'],
        ...(features.testCommands ? ['--enable-test-commands'] : []),
        ...(features.auth ? ['--auth'] : []),
      ],
    }
  } catch (error) {
    reasons.push(`no ${SECANTUS} through python3: ${firstLine(error)}`)
    return undefined
  }
}

/** The interpreter of a virtual environment with SecantusDB, made on first use, and kept. */
async function secantusPython() {
  const home = join(VENVS, SECANTUS.replace('==', '-'))
  const within = process.platform === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python')
  if (existsSync(join(home, within))) return join(home, within)
  // Made aside and moved into place, so that two runs at the same time do not see each other's half.
  const making = join(VENVS, `making-${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(VENVS, { recursive: true })
  try {
    await run('python3', ['-m', 'venv', making], { timeout: INSTALL_WITHIN_MS })
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', SECANTUS]
    await run(join(making, within), pip, { timeout: INSTALL_WITHIN_MS })
    await rename(making, home).catch((error) => {
      if (!existsSync(join(home, within))) throw error
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
  return join(home, within)
}

/** @param {string[]} reasons */
async function memoryServer(reasons) {
  try {
    const require = createRequire(join(ROOT, 'package.json'))
    const { MongoBinary } = require('mongodb-memory-server')
    return mongod('mongodb-memory-server', await MongoBinary.getPath())
  } catch (error) {
    reasons.push(`no mongodb-memory-server: ${firstLine(error)}`)
    return undefined
  }
}

/** @param {unknown} error */
function firstLine(error) {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]
}
