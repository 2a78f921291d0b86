// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisProgram } from './redis-program.mjs'
import { freePort, startServer } from './server-process.mjs'

/** @type {typeof import('./redis.mjs').startRedis} */
export async function startRedis(reasons = []) {
  const program = await redisProgram(reasons)
  if (program === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'persist-redis-'))
  const port = await freePort()
  const args = [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
    // Acknowledged writes outlive a kill, but not a crash of the machine, which no test causes.
    ...['--appendonly', 'yes', '--appendfsync', 'no', '--save', ''],
  ]
  const start = async () => {
    const started = await startServer(program.command, args, port, program)
    // A server takes connections before it has read its entries, and answers with an error until then.
    while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 10))
    return started
  }
  let server = await start()
  return {
    url: `redis://127.0.0.1:${port}/`,
    kill: () => server.kill(),
    suspend: () => process.kill(server.pid, 'SIGSTOP'),
    resume: () => process.kill(server.pid, 'SIGCONT'),
    async restart() {
      await server.stop()
      server = await start()
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} whether the server has read its entries
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (reply) => {
      socket.destroy()
      resolve(reply.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
