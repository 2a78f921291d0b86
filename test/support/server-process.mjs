// @ts-check
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

const READY_WITHIN_MS = 60_000
const KILL_AFTER_MS = 10_000

/**
 * Starts a server and waits until it takes connections on 127.0.0.1:`port`.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} port
 * @param {{ argv0?: string, env?: Readonly<Record<string, string>> }} as
 * @returns {Promise<import('./server-process.mjs').ServerProcess>}
 */
export async function startServer(command, args, port, { argv0, env } = {}) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(argv0 !== undefined && { argv0 }),
  })
  let said = ''
  const listen = (/** @type {Buffer} */ chunk) => {
    said = (said + chunk).slice(-4000)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(String(error)))
    child.on('exit', (code, signal) => resolve(`ended with ${signal ?? code}`))
  })
  let gone = /** @type {string | undefined} */ (undefined)
  ended.then((how) => {
    gone = how
  })
  // A run that is killed must not leave a running server.
  const endIt = () => void child.kill('SIGKILL')
  process.once('exit', endIt)
  ended.then(() => process.removeListener('exit', endIt))

  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await accepts(port))) {
    if (gone !== undefined) throw new Error(`${command} ${gone}:\n${said}`)
    if (performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${command} takes no connections on port ${port}:\n${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    pid: /** @type {number} */ (child.pid),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      const impatience = setTimeout(endIt, KILL_AFTER_MS)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** @returns {Promise<number>} a port of 127.0.0.1 that no process listens on */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => resolve(address.port))
    })
  })
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const answer = (/** @type {boolean} */ is) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}
