import { readFile } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startMongo } from './mongo.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run; absent: there is none on this machine, and `mongoAbsent` has the cause. */
    mongoUrl?: string
    mongoAbsent?: string
  }
}

/** One MongoDB for the whole run, if a test of the run wants it; child processes find it in their environment. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!(await isWanted(project))) return undefined
  const reasons: string[] = []
  const mongo = await startMongo(reasons)
  if (mongo === undefined) {
    project.provide('mongoAbsent', reasons.join('; '))
    return undefined
  }
  project.provide('mongoUrl', mongo.url)
  process.env.PERSIST_TEST_MONGODB_URL = mongo.url
  return () => mongo.stop()
}

/** `vitest run packages/key` needs no server: a test that does names it. */
async function isWanted(project: TestProject): Promise<boolean> {
  // Set by vitest, not in its types; without it all files count.
  const { filenamePattern } = project.vitest as { filenamePattern?: string[] }
  const { testFiles } = await project.globTestFiles(filenamePattern)
  for (const file of testFiles) {
    if (/mongo/i.test(file) || /mongo/i.test(await readFile(file, 'utf8'))) return true
  }
  return false
}
