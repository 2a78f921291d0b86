import { execFileSync } from 'node:child_process'
import type { TestContext } from 'vitest'
import { afterwards, newFolder } from './folder.ts'

/** A file system of its own for a test, unmounted after it. Where mounting is not allowed the test says so and is skipped. */
export function mounted(context: TestContext, ...args: readonly string[]): string {
  const folder = newFolder()
  try {
    execFileSync('mount', [...args, folder], { stdio: 'pipe' })
  } catch (error) {
    const why = String((error as { stderr?: unknown }).stderr ?? error).trim()
    console.warn(`SKIPPED "${context.task.name}": mount ${args.join(' ')} is not possible here: ${why}`)
    context.skip(`mount is not possible here: ${why}`)
  }
  afterwards(() => void execFileSync('umount', [folder]))
  return folder
}
