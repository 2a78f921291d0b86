// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
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
export async function startOwnMongo(reasons = [], { testCommands = false, login } = {}) {
  const program = await mongoProgram(reasons)
  if (program === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'persist-mongo-'))
  const port = await freePort()
  const start = (/** @type {boolean} */ auth) =>
    startServer(program.command, program.args(port, folder, { testCommands, auth }), port)
  let server = await start(false)
  if (login !== undefined) {
    await makeUser(`mongodb://127.0.0.1:${port}/`, login)
    await server.stop()
    server = await start(true)
  }
  return {
    url: `mongodb://${login === undefined ? '' : `${login.user}:${encodeURIComponent(login.password)}@`}127.0.0.1:${port}/`,
    port,
    name: program.name,
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    async restart() {
      await server.stop()
      server = await start(login !== undefined)
    },
    async stop() {
      server.resume()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @param {string} url @param {import('./mongo.mjs').Login} login */
async function makeUser(url, { user, password }) {
  const client = new MongoClient(url)
  await client.db('admin').command({ createUser: user, pwd: password, roles: ['root'] })
  await client.close()
}
