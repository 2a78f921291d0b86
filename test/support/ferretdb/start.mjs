// @ts-check
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startServer } from '../server-process.mjs'
import { buildFerretDb, FERRETDB } from './build.mjs'

/** @type {typeof import('./start.mjs').startFerretDb} */
export async function startFerretDb() {
  const given = process.env.PERSIST_TEST_FERRETDB_URL
  if (given) return { url: given, stop: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'persist-ferretdb-'))
  const port = await freePort()
  const server = await startServer(FERRETDB, [`127.0.0.1:${port}`, folder], port)
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @type {typeof import('./start.mjs').ferretDbAbsent} */
export function ferretDbAbsent() {
  if (process.env.PERSIST_TEST_FERRETDB_URL || existsSync(FERRETDB)) return undefined
  if (process.env.PERSIST_REQUIRE_FERRETDB !== '1') {
    return 'no PERSIST_TEST_FERRETDB_URL, and node test/support/ferretdb/build.mjs has not been run'
  }
  // Here its absence is a failure.
  buildFerretDb()
  return undefined
}
