import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

const CHILD = fileURLToPath(new URL('./children/exit-at.mjs', import.meta.url))
const ENTRY = plain('an-old-one', 'old')
const AT_ONCE = 4

test.each([
  ['set', ['old', 'new']],
  ['publish', ['old', 'new']],
  ['delete', ['old', undefined]],
  ['clear', ['old', undefined]],
  ['prune', ['old', undefined]],
])('a process that ends at any call of %s leaves a whole entry, and no key that waits', async (method, after) => {
  for (let n = 1, ended = true; ended; n += AT_ONCE) {
    const all = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => endsAt(method, n + index, after)))
    ended = all.every(Boolean)
    expect(n).toBeLessThan(200)
  }
})

/** `false`: the method was done before its n-th call. */
async function endsAt(method: string, n: number, after: readonly (string | undefined)[]): Promise<boolean> {
  const dir = newFolder()
  diskStore(dir).open('f').set(ENTRY)
  const status = await new Promise((resolve) =>
    execFile(process.execPath, [CHILD, dir, method, String(n)], (error) => resolve(error?.code ?? 0)),
  )
  expect([0, 9]).toContain(status)
  const store = diskStore(dir).open('f')
  expect(after, `at call ${n}`).toContain(store.get(ENTRY.hash)?.payload)
  const lease = store.lease!(ENTRY.hash, 60_000)
  expect(lease, `a dead process still holds the lease, at call ${n}`).toBeDefined()
  expect(lease!.publish(plain(ENTRY.hash, 'healed'))).toBe(true)
  expect(store.get(ENTRY.hash)?.payload).toBe('healed')
  return status === 9
}
