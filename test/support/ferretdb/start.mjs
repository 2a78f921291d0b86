// @ts-check
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, startServer } from '../server-process.mjs'

export const FERRETDB_HOME = fileURLToPath(new URL('../../../.tmp/ferretdb', import.meta.url))
export const FERRETDB = join(FERRETDB_HOME, 'ferretdb')

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
  return 'PERSIST_TEST_FERRETDB_URL is not set, and nobody ran node test/support/ferretdb/build.mjs'
}
