// @ts-check
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const VENVS = fileURLToPath(new URL('../../.venv-python', import.meta.url))
const WITHIN = process.platform === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python')
const INSTALL_WITHIN_MS = 300_000
const run = promisify(execFile)

/** @type {typeof import('./python.mjs').pythonWith} */
export async function pythonWith(requirement, reasons = []) {
  const home = join(VENVS, requirement.replace('==', '-'))
  if (existsSync(join(home, WITHIN))) return join(home, WITHIN)
  // Made aside and moved into place, so that two runs at the same time do not see each other's half.
  const making = join(VENVS, `making-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(VENVS, { recursive: true })
    await run('python3', ['-m', 'venv', making], { timeout: INSTALL_WITHIN_MS })
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]
    await run(join(making, WITHIN), pip, { timeout: INSTALL_WITHIN_MS })
    await rename(making, home).catch((error) => {
      if (!existsSync(join(home, WITHIN))) throw error
    })
    return join(home, WITHIN)
  } catch (error) {
    reasons.push(`no ${requirement} through python3: ${/** @type {Error} */ (error).message.split('\n')[0]}`)
    return undefined
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}
