import { readFile } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { chromiumPath } from './browser.mjs'

/** One Chromium for the whole run, found or installed once; the tests have its path in their environment. */
export default async function setup(project: TestProject): Promise<void> {
  if (!(await isWanted(project))) return
  const path = await chromiumPath()
  if (path !== undefined) process.env.PERSIST_TEST_CHROMIUM = path
}

async function isWanted(project: TestProject): Promise<boolean> {
  // Set by vitest, not in its types; without it all files count.
  const { filenamePattern } = project.vitest as { filenamePattern?: string[] }
  const { testFiles } = await project.globTestFiles(filenamePattern)
  for (const file of testFiles) if (/\bwith(?:Browser|Page)\(/.test(await readFile(file, 'utf8'))) return true
  return false
}
