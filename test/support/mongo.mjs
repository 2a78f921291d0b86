// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mongoProgram } from './mongo-program.mjs'
import { freePort, startServer } from './server-process.mjs'

/** @type {typeof import('./mongo.mjs').startMongo} */
export async function startMongo(reasons = []) {
  const given = process.env.PERSIST_TEST_MONGODB_URL
  if (given) return { url: given, name: 'PERSIST_TEST_MONGODB_URL', stop: async () => {} }
  reasons.push('PERSIST_TEST_MONGODB_URL is not set')
  return startOwnMongo(reasons)
}

/** @type {typeof import('./mongo.mjs').startOwnMongo} */
export async function startOwnMongo(reasons = [], { testCommands = false } = {}) {
  const program = await mongoProgram(reasons)
  if (program === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'persist-mongo-'))
  const port = await freePort()
  const start = () => startServer(program.command, program.args(port, folder, testCommands), port)
  let server = await start()
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    port,
    name: program.name,
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
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
