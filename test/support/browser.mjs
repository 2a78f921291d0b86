// @ts-check
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const INSTALL_WITHIN_MS = 600_000
const run = promisify(execFile)

/** @type {typeof import('./browser.mjs').chromiumPath} */
export async function chromiumPath(reasons = []) {
  const given = process.env.PERSIST_TEST_CHROMIUM
  if (given) return given
  reasons.push('PERSIST_TEST_CHROMIUM is not set')
  return onPath(reasons) ?? ((await installed(reasons)) ? onPath(reasons) : undefined)
}

/** @param {string[]} reasons */
function onPath(reasons) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {}
    }
  }
  reasons.push(`none of ${NAMES.join(', ')} on the PATH`)
  return undefined
}

/**
 * Debian's package, where this process may install one and was asked to.
 *
 * @param {string[]} reasons
 */
async function installed(reasons) {
  if (process.env.PERSIST_REQUIRE_BROWSER !== '1') {
    reasons.push('it is installed only with PERSIST_REQUIRE_BROWSER=1')
    return false
  }
  const apt = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get']
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const options = { timeout: INSTALL_WITHIN_MS, env, maxBuffer: 64 * 1024 * 1024 }
    for (const words of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
      const [command, ...args] = [...apt, '-qq', ...words]
      await run(/** @type {string} */ (command), args, options)
    }
    return true
  } catch (error) {
    reasons.push(`apt-get install chromium: ${/** @type {Error} */ (error).message.split('\n')[0]}`)
    return false
  }
}
